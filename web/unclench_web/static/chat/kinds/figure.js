/** The figure of the body map, front and back, drawn here: a calm outline without face, sex or skin. */

const NAME = "http://www.w3.org/2000/svg";
const BODY = "M60 6c11 0 18 9 18 21 0 9-4 17-10 21v8c3 3 8 5 16 7 11 3 16 10 18 22l6 36c2 9 3 15 2 22l-2 18c0 4-3 6-6 6s-5-2-5-6l-1-17-9-37-5-22c-1 10 0 18 2 27 3 12 4 22 4 34l-4 52-2 44c0 6-3 9-8 9s-8-3-8-9l-3-44-3-40-3 40-3 44c0 6-3 9-8 9s-8-3-8-9l-2-44-4-52c0-12 1-22 4-34 2-9 3-17 2-27l-5 22-9 37-1 17c0 4-2 6-5 6s-6-2-6-6l-2-18c-1-7 0-13 2-22l6-36c2-12 7-19 18-22 8-2 13-4 16-7v-8c-6-4-10-12-10-21 0-12 7-21 18-21z";
const LINES = {
  front: ["M44 76c6 4 11 5 16 5s10-1 16-5", "M46 146c9 6 19 6 28 0", "M60 104v26"],
  back: ["M60 62v84", "M44 74c4 6 5 14 3 22", "M76 74c-4 6-5 14-3 22", "M50 158c6 6 14 6 20 0"],
};
/** Where each area glows when it is picked: ellipses as cx, cy, rx, ry. */
const GLOW = /** @type {Record<string, number[][]>} */ ({
  jaw: [[60, 38, 12, 8]],
  neck: [[60, 54, 9, 8]],
  shoulders: [[38, 70, 13, 9], [82, 70, 13, 9]],
  chest: [[60, 86, 21, 13]],
  belly: [[60, 122, 18, 17]],
  low_back: [[60, 126, 19, 14]],
  hips: [[44, 156, 11, 13], [76, 156, 11, 13]],
});

/**
 * @param {"front" | "back"} side
 * @param {string[]} areas that this side shows
 */
export function figure(side, areas) {
  const svg = draw("svg", { viewBox: "0 0 120 250", "aria-hidden": "true", focusable: "false" });
  svg.append(draw("path", { d: BODY, class: "body" }));
  for (const d of LINES[side]) svg.append(draw("path", { d, class: "mark" }));
  for (const area of areas) {
    for (const [cx, cy, rx, ry] of GLOW[area] ?? []) svg.append(draw("ellipse", { cx, cy, rx, ry, class: "glow", "data-area": area }));
  }
  return svg;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function draw(tag, attributes) {
  const element = document.createElementNS(NAME, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
