// Curves that can be pointed at, in the place of those that came with the page.
(() => {
  "use strict";
  const plots = document.querySelector(".plots");
  const look = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colours = { good: "--good", bad: "--bad", soft: "--soft", in: "--accent", out: "--escape" };
  const height = 190;
  const clock = new Intl.DateTimeFormat(undefined, {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
  });
  let charts = [];

  function columns(data, names) {
    return [data.at, ...names.map((name) => data[name])];
  }
  function draw(data) {
    for (const chart of charts) chart.plot.destroy();
    charts = [...plots.querySelectorAll(".drawing")].map((place) => {
      const curves = place.dataset.curves.trim().split(" ").map((curve) => curve.split(":"));
      const names = curves.map(([name]) => name);
      const axis = { stroke: look("--soft"), grid: { stroke: look("--line"), width: 1 }, ticks: { show: false } };
      const labels = [...place.parentElement.querySelectorAll(".legend li")].map((item) => item.textContent);
      place.replaceChildren();
      const plot = new uPlot({
        width: place.clientWidth,
        height,
        legend: { show: false },
        cursor: { y: false, drag: { setScale: false } },
        scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } },
        axes: [
          { ...axis, size: 28, space: 80, values: (_, ticks) => ticks.map((tick) => clock.format(tick * 1000)) },
          { ...axis, size: 48 },
        ],
        series: [{}, ...curves.map(([, kind], index) => ({
          label: labels[index], stroke: look(colours[kind]), width: 1.75, points: { show: false },
        }))],
        hooks: { setCursor: [(self) => say(self, place, labels)] },
      }, columns(data, names), place);
      return { plot, names };
    });
  }
  function say(self, place, labels) {
    const at = self.cursor.idx, items = place.parentElement.querySelectorAll(".legend li");
    items.forEach((item, index) => {
      const value = at == null ? undefined : self.data[index + 1][at];
      item.lastChild.textContent = value == null ? labels[index] : `${labels[index]} ${value}`;
    });
  }
  async function load() {
    const answer = await fetch(`/traffic/data?span=${plots.dataset.span}`);
    return answer.ok ? answer.json() : null;
  }
  async function refresh(anew) {
    const data = await load();
    if (!data || !data.at.length) return;
    if (anew || !charts.length) draw(data);
    else for (const { plot, names } of charts) plot.setData(columns(data, names));
  }

  refresh(true);
  document.body.addEventListener("live:traffic", () => refresh(false));
  addEventListener("resize", () => {
    for (const { plot } of charts) plot.setSize({ width: plot.root.parentElement.clientWidth, height });
  });
  // Colours are painted, not styled: another theme needs another painting.
  new MutationObserver(() => refresh(true)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => refresh(true));
})();
