// The map beside its table: outlines of grids over an empty ground, coloured by class. Colours are the style sheet's, words the table's.
"use strict";

const place = document.getElementById("map");
const says = document.getElementById("map-says");
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const layers = new Map();
let chosen = null;

const rowOf = (code) => document.querySelector(`#grids tr[data-grid="${CSS.escape(code)}"]`);
const wordsOf = (row) => `${row.querySelector("th").innerText.trim()}：${row.dataset.figure}`;

function choose(map, code, move) {
  if (chosen) {
    layers.get(chosen).getElement().classList.remove("chosen");
    rowOf(chosen).classList.remove("chosen");
  }
  chosen = code;
  const layer = layers.get(code);
  layer.getElement().classList.add("chosen");
  layer.bringToFront();
  const row = rowOf(code);
  row.classList.add("chosen");
  says.textContent = wordsOf(row);
  if (move) map.fitBounds(layer.getBounds(), { maxZoom: 16, animate: !still });
}

function add(map, feature, layer) {
  const { code } = feature.properties;
  const row = rowOf(code);
  if (!row) return;
  layers.set(code, layer);
  const words = document.createElement("span");
  words.textContent = wordsOf(row);
  layer.bindTooltip(words, { sticky: true });
  layer.on("click", () => {
    choose(map, code, false);
    row.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  });
}

async function draw() {
  const answer = await fetch(place.dataset.outlines, { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) return;
  const outlines = await answer.json();
  if (!outlines.features.length) return;
  place.hidden = false;
  const map = L.map(place, {
    attributionControl: false, zoomControl: false, zoomAnimation: !still, fadeAnimation: !still, zoomSnap: 0.25, scrollWheelZoom: false,
  });
  L.control.zoom({ zoomInTitle: place.dataset.zoomIn, zoomOutTitle: place.dataset.zoomOut }).addTo(map);
  const drawn = L.geoJSON(outlines, {
    style: ({ properties }) => ({
      className: `grid ${properties.class === null ? "none" : place.dataset.letter + properties.class} ${properties.basis}`,
    }),
    onEachFeature: (feature, layer) => add(map, feature, layer),
  });
  map.fitBounds(drawn.getBounds(), { padding: [12, 12], animate: false });
  drawn.addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  for (const [code] of layers) {
    rowOf(code).querySelector("button")?.addEventListener("click", () => {
      choose(map, code, true);
      place.scrollIntoView({ block: "nearest" });
    });
  }
}

draw();
