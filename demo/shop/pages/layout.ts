import { html, type Html } from './html.ts';

const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 44rem; padding: 1rem; color: #1c1c1c; }
nav a { margin-right: 1rem; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid #ccc; }
label { display: block; margin-top: .8rem; } input, select { font: inherit; padding: .3rem; }
button { font: inherit; margin-top: 1rem; padding: .4rem 1rem; } [role=alert] { color: #a40000; font-weight: 600; }
`;

export interface PageOptions {
  readonly title: string;
  readonly shop: string;
  readonly body: Html;
  /** What went wrong with the form that was just sent. */
  readonly problem?: string | undefined;
}

/** A whole page. Nothing is loaded from anywhere: no script, no font, no image. */
export function page(options: PageOptions): string {
  const alert = options.problem === undefined ? html`` : html`<p role="alert">${options.problem}</p>`;
  const document = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>${options.title} - the ${options.shop} shop</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/style.css" />
    </head>
    <body>
      <nav aria-label="Shop">
        <a href="/">Home</a><a href="/order">Order</a><a href="/dashboard">My orders</a>
        <a href="/login">Log in</a><a href="/register">Register</a>
      </nav>
      <main>
        <h1>${options.title}</h1>
        ${alert} ${options.body}
      </main>
    </body>
  </html>`;
  return `<!doctype html>\n${document.text}\n`;
}

/** The style sheet of all pages. */
export function styleSheet(): string {
  return STYLE;
}

/** Keeps a page from loading or sending anything beyond this shop. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;
