// Numbers, codes and votes in words.

/** A number as text, with its sign; a true minus is as wide as a plus. */
export function signed(value, decimals = 2) {
  const text = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? "\u2212" : "+") + text;
}

/** A share in per cent, two digits of it. */
export function percent(share) {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** A code as text. */
export function codeText(z) {
  return `(${Array.from(z, (value) => signed(value)).join(", ")})`;
}

/** "six 9s, three 4s, one 7" */
export function voteText(votes) {
  const counts = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
  return votes.map(({ digit, count }) => `${counts[count]} ${digit}${count === 1 ? "" : "s"}`).join(", ");
}
