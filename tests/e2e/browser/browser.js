'use strict';
// Chromium does what lines on standard input say, {"call": name, "arguments": [...]}, and each is answered by a line
// with "result" or "error". Everything a page asks for elsewhere, and every complaint of a page, is kept.

const path = require('path');
const readline = require('readline');
const { origin, chromium: executablePath } = JSON.parse(process.argv[2]);
const modules = process.env.SMSC_SIM_PEERS_NODE_MODULES;
const { chromium } = require(path.join(modules, 'playwright-core'));
const axe = require.resolve(path.join(modules, 'axe-core'));

const troubles = [];
let browser, context, page;

async function begin({ script = true, dark = false, width = 1280 } = {}) {
  if (context) await context.close();
  context = await browser.newContext({
    baseURL: origin,
    bypassCSP: false,
    javaScriptEnabled: script,
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height: 900 },
  });
  page = await context.newPage();
  page.setDefaultTimeout(10000);
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) troubles.push(`a request to ${request.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`${page.url()}: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) troubles.push(`${response.url()}: ${response.status()}`);
  });
}

const calls = {
  begin,
  goto: async (target) => (await page.goto(target)).status(),
  url: () => page.url(),
  // A page that comes from nowhere: what is saved and opened later.
  show: (html) => page.setContent(html),
  focus: (selector) => page.focus(selector),
  style: (selector, name) => page.locator(selector).first()
    .evaluate((element, one) => getComputedStyle(element)[one], name),
  top: (selector) => page.locator(selector).first().evaluate((element) => Math.round(element.getBoundingClientRect().top)),
  text: (selector) => page.innerText(selector),
  count: (selector) => page.locator(selector).count(),
  click: (selector) => page.click(selector),
  fill: (selector, value) => page.fill(selector, value),
  choose: (selector, value) => page.selectOption(selector, value),
  // A key means nothing before the page's script has run.
  press: (key) => page.waitForLoadState('load').then(() => page.keyboard.press(key)),
  focused: () => page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)),
  has: (selector, words) => page.locator(selector).filter({ hasText: words }).first().waitFor().then(() => true),
  lacks: (selector, words) => page.locator(selector).filter({ hasText: words }).first()
    .waitFor({ state: 'detached' }).then(() => true),
  wide: () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  async accessible() {
    // The page's own policy lets no script of others in; axe is put there by the debugger.
    await page.evaluate(require('fs').readFileSync(axe, 'utf8'));
    const found = await page.evaluate(() => axe.run({ resultTypes: ['violations'] }));
    return found.violations
      .filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(' | ')}`);
  },
  troubles: () => troubles.splice(0),
};

(async () => {
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  await begin();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { call, arguments: given } = JSON.parse(line);
    let answer;
    try {
      answer = { result: (await calls[call](...given)) ?? null };
    } catch (error) {
      answer = { error: String(error).slice(0, 2000) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  await browser.close();
})();
