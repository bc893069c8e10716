// Data of the page, texts in the reader's language, and figures as that language writes them.
const data = JSON.parse(document.getElementById("data").textContent);
const find = (id) => document.getElementById(id);
const state = { lang: "en", step: "own", view: "after", place: "", tab: "offices", sort: "", filter: "" };
const words = () => data.texts[state.lang];

/** Fill the {names} of a text. */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? values[name] : whole));
}

/** A figure with so many decimals: 1 234,5 in Swedish, 1,234.5 in English. */
function number(value, digits) {
  if (value === null || !Number.isFinite(value)) return "–";
  const [thousands, point] = state.lang === "sv" ? ["\u00a0", ","] : [",", "."];
  const [units, decimals] = Math.abs(value).toFixed(digits).split(".");
  const grouped = units.replace(/\B(?=(\d{3})+$)/g, thousands);
  const shown = decimals ? grouped + point + decimals : grouped;
  return value < 0 && /[1-9]/.test(shown) ? "\u2212" + shown : shown;
}

/** A change, with its sign. */
function signed(value, digits) {
  const shown = number(value, digits);
  return value > 0 && /[1-9]/.test(shown) ? "+" + shown : shown;
}

/** An element with text (never markup) and attributes. */
function element(name, attributes = {}, ...content) {
  const made = name.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4))
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}

const byName = () => new Intl.Collator(state.lang === "sv" ? "sv" : "en").compare;

/** The answer shown: the run's own, or a step of the frontier. */
function current() {
  return state.step === "own" ? data.own : data.steps[Number(state.step)];
}

/** How often a place is picked: in the draws (picked) or in the best answers (answers). */
const share = (key, site) => data.trust[key]?.[site[12]] ?? 0;

/** Whether a place is nearly always picked. */
const inCore = (site) => share("picked", site) >= data.trust.core;

/** Its regions; those of the present network where the step has no answer. */
const possible = () => Boolean(current().regions);
