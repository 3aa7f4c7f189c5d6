// Two variants side by side, row by row: the rows are those of the overview.
(() => {
  const table = document.querySelector('table.heat')
  const place = document.querySelector('.pair')
  if (!table || !place) return
  const form = place.closest('section').querySelector('form')
  const status = form.querySelector('[role=status]')
  const fields = form.elements
  const names = [...table.tHead.rows[0].cells].slice(1).map(cell => cell.dataset.variant)
  if (names.length < 2) return
  const measures = [...table.tBodies].map(body => [
    body.rows[0].cells[0].querySelector('span, button').textContent,
    [...body.rows].slice(1).map(row => {
      const own = [...row.cells].slice(1)
      return [row.cells[0], new Map(names.map((name, index) => [name, own.length === 1 ? own[0] : own[index]]))]
    }),
  ])

  const make = (name, text = '') => {
    const element = document.createElement(name)
    element.textContent = text
    return element
  }

  const heading = (name, text, scope) => {
    const cell = make(name, text)
    cell.scope = scope
    return cell
  }

  const twin = cell => {
    const copy = cell.cloneNode(true)
    copy.removeAttribute('colspan')
    copy.hidden = false
    for (const ratio of copy.querySelectorAll('i')) ratio.remove()
    return copy
  }

  const figure = cell => /^[\d.,]+( [a-zA-Zµ]+)?$/.test(twin(cell).textContent.trim()) ? Number(cell.dataset.n) : null

  // Times are told apart by the groups of ties; a quotient alone is no verdict.
  const groups = (one, other) => {
    const [left, right] = [one, other].map(cell => cell.dataset.g)
    if (left === undefined || right === undefined) return ''
    if (!left || !right) return ', undecided'
    return left === right ? ', not told apart' : ''
  }

  const relation = (one, other) => {
    const [left, right] = [one, other].map(figure)
    if (left > 0 && right > 0) return `${Number((left / right).toPrecision(3))}×${groups(one, other)}`
    return twin(one).textContent.trim() === twin(other).textContent.trim() ? 'alike' : 'differ'
  }

  const folds = variant => {
    const story = document.getElementById(`story-${variant}`)
    return new Map(story ? [...story.querySelectorAll(':scope > details[data-part]')].map(fold => [fold.dataset.part, fold]) : [])
  }

  const beside = (one, other) => {
    const found = [folds(one), folds(other)]
    return [...found[0].keys()].filter(part => found[1].has(part)).map(part => {
      const fold = make('details')
      fold.append(make('summary', `${part} of both`))
      fold.addEventListener('toggle', () => {
        if (!fold.open || fold.children.length > 1) return
        const columns = make('div')
        columns.className = 'columns'
        found.forEach((folded, index) => {
          const column = make('div')
          column.append(make('h3', index ? other : one))
          const copy = folded.get(part).cloneNode(true)
          for (const each of copy.querySelectorAll('[id]')) each.removeAttribute('id')
          column.append(...[...copy.childNodes].filter(node => node.nodeName !== 'SUMMARY'))
          columns.append(column)
        })
        fold.append(columns)
      })
      return fold
    })
  }

  const show = () => {
    const [one, other] = [fields.one.value, fields.other.value]
    const drawn = make('table')
    drawn.className = 'heat'
    drawn.append(make('caption', `${one} beside ${other}; the ratio is the figure of ${one} divided by that of ${other}: below 1×, ${one} is better.`))
    const head = make('tr')
    head.append(...['Measure', one, other, 'Ratio'].map(text => heading('th', text, 'col')))
    drawn.createTHead().append(head)
    let [count, all] = [0, 0]
    for (const [topic, rows] of measures) {
      const body = make('tbody')
      const title = make('tr')
      title.className = 'topic'
      const cell = heading('th', topic, 'rowgroup')
      cell.colSpan = 4
      title.append(cell)
      body.append(title)
      for (const [label, cells] of rows) {
        const [left, right] = [cells.get(one), cells.get(other)]
        const told = relation(left, right)
        all += 1
        if (fields.differ.checked && (told === 'alike' || told === '1×' || told.includes(','))) continue
        count += 1
        const row = make('tr')
        const name = label.cloneNode(true)
        row.append(name, twin(left), twin(right), make('td', told))
        body.append(row)
      }
      if (body.rows.length > 1) drawn.append(body)
    }
    const region = make('div')
    region.className = 'scroll'
    region.tabIndex = 0
    region.setAttribute('role', 'group')
    region.setAttribute('aria-label', `${one} beside ${other}`)
    region.append(drawn)
    place.replaceChildren(region, ...beside(one, other))
    status.textContent = one === other ? 'Choose two different variants.' : `${count} of ${all} measures shown${fields.differ.checked ? ': those in which the two were shown to differ' : ''}.`
  }

  form.addEventListener('input', show)
  form.addEventListener('submit', event => event.preventDefault())
  form.hidden = false
  form.nextElementSibling.hidden = true
  show()
})()
