// The relations of an entity as a graph. It is drawn from the table below it, so it shows nothing that is not there.
"use strict";

const MOST = 40;
const figure = document.getElementById("graph");
const canvas = figure.querySelector(".graph");
const SHAPES = { person: "circle", housing: "rect", enterprise: "diamond", event: "triangle" };
// Of an address the end tells.
const short = (text, kind) => {
  if (text.length <= 12) return text;
  return kind === "housing" ? `…${text.slice(-11)}` : `${text.slice(0, 11)}…`;
};
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// One node for each entity, however many relations lead to it; those that hold come first in the table already.
function nodesOf(rows) {
  const found = new Map();
  for (const row of rows) {
    const { entity, kind, relation, current } = row.dataset;
    const node = found.get(entity) ?? { entity, kind, title: row.querySelector("a").textContent, relations: [], current: false };
    node.relations.push(relation);
    node.current ||= current === "yes";
    found.set(entity, node);
  }
  return [...found.values()].slice(0, MOST);
}

// In pixels, on one ring, or on two where there are many; kinds stay together.
function positions(count) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const two = count > 14;
  return Array.from({ length: count }, (_, n) => {
    const angle = (2 * Math.PI * n) / count - Math.PI / 2;
    const share = two && n % 2 ? 0.58 : 1;
    return [width / 2 + share * (width / 2 - 70) * Math.cos(angle), height / 2 + share * (height / 2 - 42) * Math.sin(angle)];
  });
}

function options(nodes) {
  const [ink, quiet, accent, soft, paper] = ["--ink", "--quiet", "--accent", "--soft", "--paper"].map(colour);
  const at = positions(nodes.length);
  const few = nodes.length <= 14;
  const label = {
    show: true, position: "bottom", color: ink, fontSize: 12, lineHeight: 15, backgroundColor: paper, align: "center",
    rich: { relation: { color: quiet, fontSize: 11, align: "center" } },
  };
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const corners = [[0, 0], [width, height]].map(([x, y]) => ({ id: `corner ${x}`, x, y, symbolSize: 0, label: { show: false } }));
  const here = {
    id: "", name: figure.dataset.title, x: width / 2, y: height / 2, symbol: SHAPES[figure.dataset.kind] ?? "roundRect", symbolSize: 30,
    itemStyle: { color: accent }, label: { ...label, formatter: short(figure.dataset.title, figure.dataset.kind), fontWeight: "bold" },
  };
  const others = nodes.map((node, n) => ({
    id: node.entity, name: node.title, x: at[n][0], y: at[n][1], symbol: SHAPES[node.kind] ?? "roundRect", symbolSize: 20,
    itemStyle: { color: node.current ? soft : paper, borderColor: node.current ? accent : quiet, borderWidth: 1.5 },
    label: {
      ...label, color: node.current ? ink : quiet,
      formatter: short(node.title, node.kind) + (few ? `\n{relation|${[...new Set(node.relations)].join("、")}}` : ""),
    },
  }));
  const links = nodes.map((node) => ({
    source: "", target: node.entity, lineStyle: { type: node.current ? "solid" : "dashed", color: quiet, opacity: node.current ? 0.8 : 0.5, width: 1.5 },
  }));
  return {
    animation: false,
    series: [{
      type: "graph", layout: "none", data: [here, ...others, ...corners], links, roam: false, cursor: "pointer", top: 0, bottom: 0, left: 0, right: 0,
      emphasis: { disabled: true }, labelLayout: { hideOverlap: true },
    }],
  };
}

function draw() {
  const nodes = nodesOf(document.querySelectorAll("#ties-table tbody tr"))
    .sort((a, b) => a.kind.localeCompare(b.kind));
  figure.hidden = false;
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  chart.setOption(options(nodes));
  chart.on("click", ({ dataType, data }) => {
    if (dataType === "node" && data.id) window.location.assign(`/entities/${encodeURIComponent(data.id)}`);
  });
  window.addEventListener("resize", () => {
    chart.resize();
    chart.setOption(options(nodes));
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(options(nodes)));
}

draw();
