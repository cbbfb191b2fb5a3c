/** A page shown while the database comes back asks every few seconds whether it is there, and loads itself anew when it is.
 * (A refresh by the clock would take the page from under a screen reader.) */
export function watchAgain(): void {
  const seconds = Number(document.querySelector<HTMLElement>("[data-again]")?.dataset.again);
  if (!seconds) return;
  const ask = async (): Promise<void> => {
    const ready = await fetch("/readyz").then((answer) => answer.ok).catch(() => false);
    if (ready) location.reload();
    else setTimeout(() => void ask(), seconds * 1000);
  };
  setTimeout(() => void ask(), seconds * 1000);
}
