// The size of the code: the same ten digits through more or fewer numbers, and the error's curve, guessed before it is shown.

import { firstOfEach, meanSquaredError } from "../network/digits.js";
import { GUESSED_SIZES, GuessedCurve, HIGHEST_GUESS } from "../parts/guessed_curve.js";
import { make, Picture } from "../parts/page_elements.js";
import { SizeSlider } from "../parts/size_slider.js";

export async function codeSizes(stage, { library, state }) {
  checkGuess(state.get("guess"));
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
  const curve = new GuessedCurve({ stage, curves, onGuess: (guess) => state.set({ guess }) });
  const told = make("p", { class: "live-words", role: "status" });
  const button = make("button", {
    type: "button", class: "live-button live-main", click: () => state.set({ revealed: !state.get("revealed") }),
  });
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
    curve.element,
    make("div", { class: "live-row" }, button),
    told,
  );
  ten.forEach((index, i) => originals[i].show(digits.images[index]));

  function checkGuess(guess) {
    const isGuess = Array.isArray(guess) && guess.length === GUESSED_SIZES.length
      && guess.every((mse) => mse >= 0 && mse <= HIGHEST_GUESS);
    if (isGuess) return;
    const wanted = `${GUESSED_SIZES.length} numbers from 0 to ${HIGHEST_GUESS}`;
    throw new Error(`guess is ${JSON.stringify(guess)}; wanted ${wanted}, the errors with ${GUESSED_SIZES.join(", ")} numbers.`);
  }

  function inWords(size, meanError) {
    const row = (points) => points.find((point) => point.latent_dim === size);
    const [network, pca] = [row(curves.network), row(curves.pca)];
    const words = [`${size} ${size === 1 ? "number" : "numbers"} a digit`];
    if (!state.get("revealed")) return `${words}: below the originals, what the network draws from them.`;
    words.push(`: mean squared error ${meanError.toFixed(4)} on these ten digits`);
    if (network) {
      const seeds = network.seeds === 1 ? "one network" : `mean of ${network.seeds} networks`;
      words.push(`, ${network.mse.toFixed(4)} on 10,000 test images (${seeds})`);
    }
    if (pca) words.push(`; PCA with as many numbers: ${pca.mse.toFixed(4)}`);
    return `${words.join("")}.`;
  }

  function showCurve() {
    const [guess, revealed] = [state.get("guess"), state.get("revealed")];
    curve.show({ guess, size: state.get("latent_dim"), revealed });
    button.textContent = revealed ? "Guess again" : "Show the measured curve";
    told.textContent = revealed
      ? `${curve.inWords()} Solid: the network; dashed: PCA.`
      : "Your guess: the error with one number is given. Drag the four rings, by pointer or arrow keys, to where it will be with 2, 8, 32 and 128.";
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
      const words = state.get("revealed") ? `, mean squared error ${error.toFixed(3)}` : "";
      again[i].show(image_again, `${digits.labels[index]} from ${size} numbers${words}`);
      errors[i].textContent = state.get("revealed") ? error.toFixed(3) : "";
      return error;
    });
    line.textContent = inWords(size, found.reduce((sum, error) => sum + error, 0) / found.length);
    showCurve();
    stage.removeAttribute("aria-busy");
  }

  await showSize();
  state.onChange({ latent_dim: showSize, guess: showCurve, revealed: showSize });
  return {
    repaint() {
      [...originals, ...again, curve].forEach((part) => part.repaint());
    },
  };
}
