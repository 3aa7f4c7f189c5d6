// The overview: questions fold, measures are found and sorted, variants are chosen and put in order.
(() => {
  const table = document.querySelector('table.heat')
  if (!table) return
  const form = table.closest('section').querySelector('form')
  const status = form.querySelector('[role=status]')
  const fields = form.elements
  const head = table.tHead.rows[0]
  const topics = [...table.tBodies]
  const listed = new Map(topics.map(body => [body, [...body.rows].slice(1)]))
  const rows = [...listed.values()].flat()
  const names = [...head.cells].slice(1).map(cell => cell.dataset.variant)
  const cells = new Map([head, ...topics.map(body => body.rows[0]), ...rows].map(row => {
    const own = [...row.cells].slice(1)
    return [row, own.length === names.length ? new Map(names.map((name, place) => [name, own[place]])) : null]
  }))
  const open = new Set()

  const buttons = topics.map(body => {
    const title = body.rows[0].cells[0].querySelector('span')
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = title.textContent
    title.replaceWith(button)
    button.addEventListener('click', () => {
      if (!open.delete(body)) open.add(body)
      show()
    })
    return button
  })

  const order = () => {
    const by = fields.by.value && cells.get(document.getElementById(fields.by.value))
    if (!by) return names
    const figure = name => Number(by.get(name).dataset.n)
    return [...names].sort((one, other) => figure(one) - figure(other))
  }

  const show = () => {
    const chosen = new Set([...fields.variant].filter(box => box.checked).map(box => box.value))
    const find = fields.find.value.trim().toLowerCase()
    const searching = Boolean(find || fields.topic.value)
    const sequence = order()
    for (const [row, own] of cells) {
      if (own) {
        for (const name of sequence) {
          own.get(name).hidden = !chosen.has(name)
          row.append(own.get(name))
        }
      } else {
        row.cells[1].colSpan = Math.max(1, chosen.size)
        row.cells[1].hidden = !chosen.size
      }
    }
    let count = 0
    topics.forEach((body, place) => {
      const wanted = !fields.topic.value || fields.topic.value === body.id
      const measures = [...listed.get(body)]
      if (fields.order.value) measures.sort((one, other) => (other.dataset.varies || 0) - (one.dataset.varies || 0))
      let found = 0
      for (const row of measures) {
        body.append(row)
        const fits = wanted && row.cells[0].textContent.toLowerCase().includes(find) &&
          (!fields.varies.checked || row.dataset.varies !== undefined)
        found += fits
        row.hidden = !fits || !(searching || open.has(body))
        count += !row.hidden
      }
      body.hidden = !wanted || Boolean(find && !found)
      buttons[place].setAttribute('aria-expanded', String(searching || open.has(body)))
    })
    const sorted = fields.by.value ? `, variants sorted by ${fields.by.selectedOptions[0].textContent}` : ''
    status.textContent = `${count} of ${rows.length} measures shown, of ${chosen.size} variants${sorted}.`
    fields.fold.textContent = open.size === topics.length ? 'Close all' : 'Open all'
  }

  fields.fold.addEventListener('click', () => {
    if (open.size === topics.length) open.clear()
    else topics.forEach(body => open.add(body))
    show()
  })
  form.addEventListener('input', show)
  form.addEventListener('reset', () => setTimeout(() => {
    open.clear()
    show()
  }))
  form.addEventListener('submit', event => event.preventDefault())
  // What was folded away would be missing on paper.
  addEventListener('beforeprint', () => {
    topics.forEach(body => open.add(body))
    show()
  })
  form.hidden = false
  show()
})()
