// A cell of the overview opens to its proof, gathered from where it stands on the page.
(() => {
  const table = document.querySelector('table.heat')
  if (!table || !window.HTMLDialogElement) return
  const dialog = document.createElement('dialog')
  dialog.className = 'cell'
  dialog.setAttribute('aria-labelledby', 'cell-title')
  document.body.append(dialog)
  let from = null

  const make = (name, text = '', className = '') => {
    const element = document.createElement(name)
    element.textContent = text
    if (className) element.className = className
    return element
  }

  // Copies must not bring ids that are on the page already.
  const copy = element => {
    const twin = element.cloneNode(true)
    for (const each of [twin, ...twin.querySelectorAll('[id]')]) each.removeAttribute('id')
    return twin
  }

  const figures = row => {
    const list = make('dl')
    const heads = row.closest('table').tHead.rows
    const titles = [...heads[heads.length - 1].cells]
    ;[...row.cells].slice(1).forEach((cell, place) => {
      if (cell.textContent.trim() === '–') return
      const value = make('dd')
      value.append(...copy(cell).childNodes)
      list.append(make('dt', titles[place + 1].textContent), value)
    })
    return list
  }

  let logs = null
  const unpacked = () => {
    const packed = document.getElementById('logs')
    if (!packed || !window.DecompressionStream) return Promise.resolve({})
    const bytes = Uint8Array.from(atob(packed.content.textContent.trim()), letter => letter.charCodeAt(0))
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
    logs = logs || new Response(stream).json()
    return logs
  }

  const timed = (target, variant) => {
    const parts = []
    const block = target.closest('[data-scenario]') || target.parentElement
    const rows = block.querySelectorAll(`tr[data-variant="${CSS.escape(variant)}"]`)
    for (const row of rows) parts.push(make('h3', 'Figures'), figures(row))
    const told = block.querySelector('dl.states')
    if (told) parts.push(make('h3', 'State before, and what was verified'), copy(told))
    for (const steps of block.querySelectorAll(`dd[data-variant="${CSS.escape(variant)}"]`)) {
      const commands = make('div')
      commands.append(...copy(steps).childNodes)
      parts.push(make('h3', 'Commands'), commands)
    }
    const log = make('pre')
    log.tabIndex = 0
    unpacked().then(found => {
      const text = (found[target.id] || {})[variant]
      if (text !== undefined) {
        log.textContent = text
        log.before(make('h3', 'Log of the last sample'))
      } else log.remove()
    })
    parts.push(log)
    return parts
  }

  // Here the headings of a proof stand right below the dialog's own.
  const raised = node => node.nodeName === 'H4' ? make('h3', node.textContent) : node
  const proof = target => [...copy(target).childNodes].filter(node => node.nodeName !== 'SUMMARY').map(raised)

  const asked = target => {
    const fold = target.parentElement.closest('details')
    return fold ? [...fold.querySelectorAll('.proof > p')].map(copy) : []
  }

  const show = link => {
    const target = document.getElementById(link.hash.slice(1))
    const cell = link.closest('td')
    const row = cell.parentElement
    if (!target) return false
    const place = [...row.cells].filter(each => !each.hidden).indexOf(cell)
    const heads = [...table.tHead.rows[0].cells].filter(each => !each.hidden)
    const variant = cell.colSpan > 1 ? '' : heads[place].dataset.variant
    const whose = variant || table.tHead.rows[0].cells[1].dataset.variant
    const title = make('h2', `${row.cells[0].textContent.trim()}: ${variant || 'each variant'}`)
    title.id = 'cell-title'
    title.tabIndex = -1
    const close = make('button', 'Close', 'close')
    close.type = 'button'
    close.addEventListener('click', () => dialog.close())
    const there = make('a', 'Where it stands in the report')
    there.href = link.hash
    there.addEventListener('click', () => {
      from = null
      dialog.close()
    })
    const way = make('p')
    way.append(there)
    const summary = make('p')
    summary.append(...copy(link).childNodes)
    const said = getComputedStyle(link, '::before').content.split('/').pop().replaceAll('"', '').trim()
    if (said && said !== 'none') summary.append(` (${said})`)
    const parts = target.matches('h3') ? timed(target, whose) : [...asked(target), ...proof(target)]
    dialog.replaceChildren(close, title, summary, ...parts, way)
    from = link
    dialog.showModal()
    title.focus()
    dialog.scrollTop = 0
    return true
  }

  dialog.addEventListener('close', () => from && from.focus())
  dialog.addEventListener('click', event => event.target === dialog && dialog.close())
  table.addEventListener('click', event => {
    const link = event.target.closest('a')
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && show(link)) event.preventDefault()
  })
})()
