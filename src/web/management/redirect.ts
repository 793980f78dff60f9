import type { Answer } from '../route.js';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] as string);
}

/** As Go's http.Redirect answers a GET. */
export function redirect(location: string, status: 301 | 302): Answer {
  const reason = status === 301 ? 'Moved Permanently' : 'Found';
  return {
    kind: 'plain',
    status,
    contentType: 'text/html; charset=utf-8',
    headers: { Location: location },
    body: `<a href="${escapeHtml(location)}">${reason}</a>.\n\n`,
  };
}
