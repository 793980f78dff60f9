import { escapeHtml } from '../management/index.js';

/** The one document behind every page; the script fills in what the path asks for. */
export function pageDocument({ title, prefix }: { title: string; prefix: string }): string {
  const base = escapeHtml(prefix);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${base}/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${base}/assets/app.css">
<script src="${base}/assets/app.js" defer></script>
</head>
<body data-prefix="${base}">
<a class="skip" href="#main">Skip to content</a>
<header>
<strong>tsprom</strong>
<nav aria-label="Pages">
<a href="${base}/query">Query</a>
<a href="${base}/targets">Targets</a>
<a href="${base}/status">Status</a>
</nav>
</header>
<main id="main" tabindex="-1"><noscript>This page needs JavaScript; the HTTP API does not.</noscript></main>
</body>
</html>
`;
}

export const favicon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">' +
  '<rect width="16" height="16" rx="3" fill="#d5541c"/>' +
  '<path d="M2 11l4-4 3 3 5-6" stroke="#fff" stroke-width="2" fill="none"/></svg>\n';
