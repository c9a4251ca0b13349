import { createHash } from 'node:crypto';
import type { StudyRecord } from '../record';
import { asset } from './assets';
import { conditions } from './conditions';
import { figuresOfThePaper, otherFigures } from './figures';
import { Html, html, json } from './html';
import { introduction } from './introduction';
import { results } from './results';
import { summary } from './summary';

/** A run of the study as one HTML page, which needs nothing else: no network, no other file. */
export function renderReport(record: StudyRecord): string {
  const script = asset('main.js');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Training with and without batch normalization</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
<link rel="icon" href="data:,">
<style>${new Html(asset('page.css'))}</style>
</head>
<body>
<main>
<header>
<h1>Training with and without batch normalization</h1>
${summary(record)}
${introduction(record.settings)}
</header>
${results(record)}
<noscript><p class="nothing">The charts are drawn by a script in this page; their values are in the tables.</p></noscript>
<section class="figures" id="paper" aria-label="Figure 1 of the paper, from this run">
${figuresOfThePaper(record)}</section>
<section aria-labelledby="beyond-title">
<h2 id="beyond-title">Beyond the paper</h2>
<div class="figures">
${otherFigures(record)}</div>
</section>
${conditions(record)}
</main>
<script type="application/json" id="record">${json(record)}</script>
<script>${new Html(script)}</script>
</body>
</html>
`;
  return page.text;
}

/** Nothing runs but our script, and nothing is loaded. */
function policy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
}
