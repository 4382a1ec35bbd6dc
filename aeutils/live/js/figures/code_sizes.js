// The size of the code: the same ten digits through more or fewer numbers, and the point that moves along the curve.

import { firstOfEach, meanSquaredError } from "../network/digits.js";
import { drawDot } from "../parts/code_dots.js";
import { fontOf, make, Picture, Plate, styleOf } from "../parts/page_elements.js";
import { SizeSlider } from "../parts/size_slider.js";

const MARGIN = { left: 46, right: 10, top: 10, bottom: 34 }; // of the curve, in pixels

export async function codeSizes(stage, { library, state }) {
  const [digits, curves] = await Promise.all([
    library.digits(),
    library.sweep(),
    library.network(state.get("latent_dim")), // a size that there is not ends here
  ]);
  const ten = firstOfEach(digits.labels);
  const slider = new SizeSlider(library.sizes, state.get("latent_dim"), (size) => state.set({ latent_dim: size }));
  const originals = ten.map((index) => new Picture(`the original, a ${digits.labels[index]}`));
  const again = ten.map(() => new Picture());
  const errors = ten.map(() => make("span", { class: "live-error", "aria-hidden": "true" }));
  const line = make("p", { class: "live-words", role: "status" });
  const curve = new Plate(drawCurve);
  const grid = make("div", { class: "live-ten" });
  grid.append(
    ...originals.map(({ element }) => element),
    ...again.map(({ element }) => element),
    ...errors,
  );
  stage.append(
    slider.element,
    grid,
    line,
    make("div", { class: "live-curve" }, curve.element),
    make("p", { class: "live-words" },
      "Top: originals; below: drawn again, and the mean squared error of each. Curve: the error on 10,000 test images, ",
      "the network solid, PCA dashed."),
  );
  ten.forEach((index, i) => originals[i].show(digits.images[index]));

  const points = [...curves.network, ...curves.pca];
  const largest = Math.max(...points.map(({ mse }) => mse)) * 1.05;
  const sizes = [...points.map((point) => point.latent_dim), ...library.sizes];
  const [first, last] = [Math.min(...sizes), Math.max(...sizes)].map(Math.log);

  function drawCurve(context, width, height) {
    const x = (size) =>
      MARGIN.left + ((Math.log(size) - first) / (last - first || 1)) * (width - MARGIN.left - MARGIN.right);
    const y = (mse) => height - MARGIN.bottom - (mse / largest) * (height - MARGIN.top - MARGIN.bottom);
    context.clearRect(0, 0, width, height);
    context.fillStyle = styleOf(stage, "--live-ink");
    context.font = fontOf(stage, "12px");
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.strokeStyle = styleOf(stage, "--live-line");
    for (let mse = 0; mse < largest; mse += 0.02) {
      context.fillText(mse.toFixed(2), MARGIN.left - 6, y(mse));
      context.beginPath();
      context.moveTo(MARGIN.left, y(mse));
      context.lineTo(width - MARGIN.right, y(mse));
      context.stroke();
    }
    context.textAlign = "center";
    let free = 0; // where the next number may begin
    for (const size of [...new Set(sizes)].sort((a, b) => a - b)) {
      if (x(size) - 8 < free) continue;
      context.fillText(size, x(size), height - MARGIN.bottom + 11);
      free = x(size) + 12;
    }
    context.fillText("numbers a digit (mean squared error, upwards)", (MARGIN.left + width) / 2, height - 8);
    context.strokeStyle = styleOf(stage, "--live-digit-8"); // the colours of the first two series of a static figure
    drawLine(context, curves.pca, x, y, [5, 4], 1.8);
    context.strokeStyle = styleOf(stage, "--live-digit-1");
    drawLine(context, curves.network, x, y, [], 1.8);
    const here = curves.network.find((point) => point.latent_dim === state.get("latent_dim"));
    if (!here) return;
    const place = [x(here.latent_dim), y(here.mse)];
    drawDot(context, place, 9, styleOf(stage, "--live-paper"));
    drawDot(context, place, 6.5, styleOf(stage, "--live-digit-1"));
  }

  function drawLine(context, points_, x, y, dashes, lineWidth) {
    context.setLineDash(dashes);
    context.lineWidth = lineWidth;
    context.beginPath();
    points_.forEach((point) => context.lineTo(x(point.latent_dim), y(point.mse)));
    context.stroke();
    context.setLineDash([]);
  }

  function inWords(size, meanError) {
    const row = (points_) => points_.find((point) => point.latent_dim === size);
    const [network, pca] = [row(curves.network), row(curves.pca)];
    const words = [`${size} ${size === 1 ? "number" : "numbers"} a digit: mean squared error `];
    words.push(`${meanError.toFixed(4)} on these ten digits`);
    if (network) {
      const seeds = network.seeds === 1 ? "one network" : `mean of ${network.seeds} networks`;
      words.push(`, ${network.mse.toFixed(4)} on 10,000 test images (${seeds})`);
    }
    if (pca) words.push(`; PCA with as many numbers: ${pca.mse.toFixed(4)}`);
    return `${words.join("")}.`;
  }

  async function showSize() {
    const size = state.get("latent_dim");
    slider.set(size);
    stage.setAttribute("aria-busy", "true");
    let network;
    try {
      network = await library.network(size);
    } catch (error) {
      if (state.get("latent_dim") === size) line.textContent = `This size cannot be shown. ${error.message}`;
      stage.removeAttribute("aria-busy");
      return;
    }
    if (state.get("latent_dim") !== size) return; // the reader has moved on meanwhile
    const found = ten.map((index, i) => {
      const image = digits.images[index];
      const image_again = network.decode(network.encode(image));
      const error = meanSquaredError(image, image_again);
      again[i].show(image_again, `${digits.labels[index]} from ${size} numbers, mean squared error ${error.toFixed(3)}`);
      errors[i].textContent = error.toFixed(3);
      return error;
    });
    line.textContent = inWords(size, found.reduce((sum, error) => sum + error, 0) / found.length);
    curve.repaint();
    stage.removeAttribute("aria-busy");
  }

  await showSize();
  state.onChange({ latent_dim: showSize });
  return {
    repaint() {
      [...originals, ...again, curve].forEach((part) => part.repaint());
    },
  };
}
