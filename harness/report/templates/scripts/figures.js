// A picture is saved from the page itself, which often travels without the folder of figures beside it.
(() => {
  // A file of its own: in light colours, which are those of its attributes, with a font and on white paper.
  const standalone = picture => {
    const twin = picture.cloneNode(true)
    const paper = document.createElementNS(picture.namespaceURI, 'rect')
    for (const [name, value] of [['width', '100%'], ['height', '100%'], ['fill', '#fff']]) paper.setAttribute(name, value)
    twin.prepend(paper)
    twin.setAttribute('font-family', getComputedStyle(document.body).fontFamily)
    return new XMLSerializer().serializeToString(twin)
  }

  const save = (name, text) => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }))
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60000)
  }

  for (const link of document.querySelectorAll('figcaption a.svg')) {
    const picture = link.closest('figure').querySelector('svg')
    if (!picture) continue
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = link.textContent
    button.setAttribute('aria-label', link.getAttribute('aria-label'))
    button.addEventListener('click', () => save(link.download, standalone(picture)))
    link.replaceWith(button)
  }
})()
