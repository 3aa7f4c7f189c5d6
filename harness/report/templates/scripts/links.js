// A link to something inside a fold that is closed opens the fold, and the folds around it.
(() => {
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1))
    if (!target) return
    for (let fold = target.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true
    target.scrollIntoView()
  }
  addEventListener('hashchange', reveal)
  if (location.hash) reveal()
})()
