// Starts reveal.js, puts pictures beside their code, and makes the letters of a slide with too much on it smaller until all of it fits.
const SMALLEST = 0.6;
const UPRIGHT = 1.75; // a picture less wide than this, for its height, stands beside its code

function fit(section) {
  const page = section && section.querySelector(".page");
  if (!page) return;
  page.querySelectorAll(".cell.code:has(> .code):has(> .output figure img)").forEach((cell) => {
    const picture = cell.querySelector("img");
    cell.classList.toggle("beside", picture.naturalWidth < UPRIGHT * picture.naturalHeight);
  });
  let size = 1;
  page.style.setProperty("--fit", size);
  while (
    size > SMALLEST &&
    (page.scrollHeight > page.clientHeight + 1 || page.scrollWidth > page.clientWidth + 1)
  ) {
    size = Math.max(SMALLEST, size - 0.04);
    page.style.setProperty("--fit", size);
  }
}

Reveal.on("slidechanged", (event) => fit(event.currentSlide));
window.addEventListener("load", () => fit(Reveal.getCurrentSlide()));
window.addEventListener("beforeprint", () => document.querySelectorAll(".slides section").forEach(fit));
Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0,
  center: false,
  hash: true,
  navigationMode: "linear",
  transition: "none",
  backgroundTransition: "none",
  pdfSeparateFragments: false,
  plugins: [RevealNotes],
}).then(() => fit(Reveal.getCurrentSlide()));
