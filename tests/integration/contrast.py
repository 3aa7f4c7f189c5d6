"""How well text stands out from what is painted behind it, by the browser's own word on colours (WCAG 2.2, 1.4.3).

``CONTRAST`` is a function of elements, or of nothing for all on the page. It gives the texts that stand out too little.
The paper behind a text is that of the nearest element with one; behind a text in a picture it is the last shape that
was painted before it and holds its middle. What is seen through is mixed with what is behind it.
"""

CONTRAST = """chosen => {
  const least = 4.5
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  const parse = text => {
    const parts = (text.match(/[\\d.]+/g) || []).map(Number)
    if (text.startsWith('color(srgb')) parts.splice(0, 3, ...parts.slice(0, 3).map(part => part * 255))
    return parts.length < 3 ? [0, 0, 0, 0] : [...parts.slice(0, 3), parts.length > 3 ? parts[3] : 1]
  }
  const over = (front, back) => front[3] >= 1 ? front : back.map((part, place) =>
    place === 3 ? 1 : front[place] * front[3] + part * (1 - front[3]))
  const paper = element => {
    const layers = []
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor)
      if (color[3]) layers.push(color)
      if (color[3] >= 1) break
    }
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
    return layers.reduceRight((back, front) => over(front, back), dark ? [18, 18, 18, 1] : [255, 255, 255, 1])
  }
  const filled = (shape, picture) => {
    const style = getComputedStyle(shape)
    if (style.fill === 'none') return null
    const color = parse(style.fill)
    color[3] *= Number(style.fillOpacity)
    for (let at = shape; at !== picture; at = at.parentElement) color[3] *= Number(getComputedStyle(at).opacity)
    return color[3] ? color : null
  }
  const shapes = new Map()
  const painted = picture => {
    if (!shapes.has(picture)) {
      const found = [...picture.querySelectorAll('path, rect, circle')].map(shape => [shape, filled(shape, picture)])
      shapes.set(picture, found.filter(([, color]) => color))
    }
    return shapes.get(picture)
  }
  const behind = (text, picture) => {
    const box = text.getBoundingClientRect()
    const middle = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2)
    let color = paper(picture)
    for (const [shape, fill] of painted(picture)) {
      const after = text.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_FOLLOWING
      const point = middle.matrixTransform(shape.getScreenCTM().inverse())
      if (!after && shape.isPointInFill(point)) color = over(fill, color)
    }
    return color
  }
  const texts = new Set()
  const walk = root => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) if (walker.currentNode.textContent.trim()) texts.add(walker.currentNode.parentElement)
  }
  for (const root of chosen || [document.body]) walk(root)
  const poor = []
  for (const element of texts) {
    if (element.closest('script, style, noscript, template, .skip') || !element.checkVisibility()) continue
    const style = getComputedStyle(element)
    const picture = element.closest('svg')
    const back = picture ? behind(element, picture) : paper(element)
    const ink = over(parse(picture ? style.fill : style.color), back)
    const pair = [light(ink), light(back)].sort((a, b) => b - a)
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05)
    if (ratio < least) poor.push(`${element.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`)
  }
  return poor
}"""
