import { readFile } from 'node:fs/promises';

const folder = new URL('../page/', import.meta.url);
const files = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.mjs': ['page.mjs', 'text/javascript; charset=utf-8'],
  '/drawing.mjs': ['drawing.mjs', 'text/javascript; charset=utf-8'],
  '/digit-image.mjs': ['digit-image.mjs', 'text/javascript; charset=utf-8'],
};
const headers = {
  // Nothing from elsewhere, and no script that is not a file of this page.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

/** GET /: the page to draw on. */
export async function pageRoutes(app) {
  for (const [path, [name, type]] of Object.entries(files)) {
    const content = await readFile(new URL(name, folder));
    app.get(path, (_, reply) => reply.headers(headers).type(type).send(content));
  }
}
