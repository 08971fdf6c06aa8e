'use strict';
// Browsers that look at live pages: each path of argv[2] (JSON: {"origin", "chromium", "paths"}) in a browser context
// of its own. "look" on standard input opens the pages, "leave" closes them; each is answered by "done" and how many
// live parts of pages have been loaded since the pages were opened.

const readline = require('readline');
const { chromium } = require('playwright-core');
const { origin, chromium: executablePath, paths } = JSON.parse(process.argv[2]);

(async () => {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  let contexts = [], loaded = 0;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line === 'look') {
      loaded = 0;
      await Promise.all(paths.map(async (path) => {
        const context = await browser.newContext({ baseURL: origin, viewport: { width: 1280, height: 900 } });
        contexts.push(context);
        const page = await context.newPage();
        await page.goto(path);
        page.on('requestfinished', (request) => { if (request.resourceType() !== 'eventsource') loaded += 1; });
      }));
    } else {
      await Promise.all(contexts.map((context) => context.close()));
      contexts = [];
    }
    console.log(`done ${loaded}`);
  }
  await browser.close();
})();
