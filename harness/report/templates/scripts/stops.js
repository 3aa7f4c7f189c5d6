// A box is a stop for the Tab key only while there is something in it to scroll to; without this, it always is one.
(() => {
  if (!window.ResizeObserver) return
  const settle = box => {
    if (!box || box === document.activeElement) return
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0
    else box.removeAttribute('tabindex')
  }
  const sizes = new ResizeObserver(entries => new Set(entries.map(each => each.target.closest('.scroll, pre'))).forEach(settle))
  const watch = root => {
    for (const box of root.querySelectorAll('.scroll, pre')) {
      sizes.observe(box)
      if (box.firstElementChild) sizes.observe(box.firstElementChild)
    }
  }
  watch(document)
  // What other scripts put on the page later.
  new MutationObserver(changes => {
    for (const place of new Set(changes.map(change => change.target))) watch(place)
  }).observe(document.body, {childList: true, subtree: true})
})()
