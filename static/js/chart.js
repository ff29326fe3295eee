// Draws the figures of the table inside it; without a script the table alone is there. See docs/charts.md.
(() => {
  "use strict";
  const CSS = ["is-run", "is-ok", "is-warn", "is-bad", "is-unknown", "is-off"];
  let loading;

  // The library is large: it is fetched once, by the first chart that a page shows.
  function library(source) {
    loading ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = () => done(window.echarts);
      script.onerror = failed;
      document.head.append(script);
    });
    return loading;
  }

  customElements.define("chart-view", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      library(this.getAttribute("src")).then((echarts) => this.isConnected && this.draw(echarts), () => {});
    }

    disconnectedCallback() {
      this.abort.abort();
      this.watcher?.disconnect();
      this.sizes?.disconnect();
      this.chart?.dispose();
      this.place?.remove();
    }

    draw(echarts) {
      this.place = document.createElement("div");
      this.place.className = "chart-place";
      this.prepend(this.place);
      const paint = () => {
        this.chart?.dispose();
        this.chart = echarts.init(this.place, null, { renderer: "svg" });
        this.chart.setOption(this.option());
        this.place.querySelector("svg")?.setAttribute("aria-hidden", "true");
        this.place.setAttribute("role", "img");
        this.place.setAttribute("aria-label", this.getAttribute("label"));
      };
      paint();
      this.watcher = new MutationObserver(paint);
      this.watcher.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
      this.sizes = new ResizeObserver(() => this.chart.resize());
      this.sizes.observe(this.place);
    }

    // The first column names the points; each other column whose head has data-series is a series of that kind.
    figures() {
      const heads = [...this.querySelectorAll("thead th")];
      const rows = [...this.querySelectorAll("tbody tr")];
      const names = rows.map((row) => row.cells[0].textContent.trim());
      const series = heads.flatMap((head, place) => (head.dataset.series ? [{
        name: head.textContent.trim(),
        kind: head.dataset.series,
        css: head.dataset.css ?? "",
        axis: Number(head.dataset.axis ?? 0),
        values: rows.map((row) => {
          const told = row.cells[place].dataset.value ?? row.cells[place].textContent.replaceAll(",", "").trim();
          return told === "" ? null : Number(told);
        }),
      }] : []));
      return { names, series };
    }

    colour(css) {
      const probe = document.createElement("span");
      probe.className = css;
      probe.style.color = css ? "var(--state)" : "inherit";
      this.append(probe);
      const found = getComputedStyle(probe).color;
      probe.remove();
      return found;
    }

    option() {
      const { names, series } = this.figures();
      const text = this.colour("");
      const line = getComputedStyle(this).getPropertyValue("--tblr-border-color").trim() || "#888";
      // By its name: the library measures texts on a canvas, which knows no "inherit".
      const muted = { color: text, fontFamily: getComputedStyle(this).fontFamily };
      const stacked = this.hasAttribute("stacked");
      // The first column holds numbers that are themselves a scale, not names of points.
      const numbers = this.getAttribute("across") === "numbers";
      const axes = [...new Set(series.map((each) => each.axis))];
      return {
        animation: !matchMedia("(prefers-reduced-motion: reduce)").matches && !this.hasAttribute("still"),
        textStyle: muted,
        grid: { left: 8, right: 8, top: series.length > 1 ? 36 : 16, bottom: 8, containLabel: true },
        // Series that find no place in one line are paged through, not written over the chart.
        legend: series.length > 1 ? { type: "scroll", top: 0, left: 0, textStyle: muted, pageTextStyle: muted, icon: "roundRect" } : undefined,
        // Written as text: the strict policy for styles lets no HTML of the library's through.
        tooltip: { trigger: "axis", renderMode: "richText", confine: true },
        xAxis: numbers
          ? { type: "value", scale: true, axisLabel: muted, splitLine: { show: false }, axisLine: { lineStyle: { color: line } } }
          : { type: "category", data: names, axisLabel: muted, axisLine: { lineStyle: { color: line } } },
        yAxis: axes.map((axis) => ({
          type: "value", axisLabel: muted, splitLine: { show: axis === axes[0], lineStyle: { color: line } },
        })),
        series: series.map((each, place) => ({
          name: each.name,
          type: each.kind === "line" ? "line" : each.kind === "scatter" ? "scatter" : "bar",
          data: numbers ? each.values.map((value, at) => [Number(names[at]), value]) : each.values,
          yAxisIndex: axes.indexOf(each.axis),
          stack: stacked ? "all" : undefined,
          showSymbol: names.length < 60,
          itemStyle: { color: this.colour(each.css || CSS[place % CSS.length]) },
          lineStyle: each.kind === "line" ? { color: this.colour(each.css || CSS[place % CSS.length]) } : undefined,
        })),
      };
    }
  });
})();
