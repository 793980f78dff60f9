/** What all views of the page use. Text from the server reaches the document as text nodes alone. */
export const baseScript = String.raw`
'use strict';
const prefix = document.body.dataset.prefix;
const main = document.getElementById('main');
const svgNamespace = 'http://www.w3.org/2000/svg';

function element(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {})) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (key in made && key !== 'list') made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

function svg(name, attributes, ...children) {
  const made = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

async function api(path, parameters) {
  const query = parameters ? '?' + new URLSearchParams(parameters) : '';
  const response = await fetch(prefix + '/api/v1/' + path + query);
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(response.status + ' ' + text.slice(0, 200));
  }
  if (answer.status !== 'success') throw new Error(answer.error);
  return answer;
}

function table(heads, rows) {
  const head = element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text)));
  return element('div', { className: 'scroll' },
    element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)));
}

function cell(content, className) {
  return element('td', className ? { className } : {}, content);
}

function message(text, className) {
  return element('p', { className, role: className === 'error' ? 'alert' : 'status' }, text);
}

/** {job="x", instance="y"} with the metric's name in front. */
function labelText(labels) {
  const pairs = Object.entries(labels).filter(([name]) => name !== '__name__');
  const name = labels.__name__ || '';
  if (pairs.length === 0) return name || '{}';
  return name + '{' + pairs.map(([key, value]) => key + '=' + JSON.stringify(value)).join(', ') + '}';
}

function safeLink(url) {
  const isWeb = /^https?:\/\//i.test(url);
  return isWeb ? element('a', { href: url, rel: 'noreferrer' }, url) : element('span', {}, url);
}

async function show(fill) {
  try {
    await fill();
  } catch (error) {
    main.append(message(String(error.message || error), 'error'));
  }
}
`;
