// Keeps the main part of the page fresh. The page is complete without it.
//
// Nothing moves under somebody who reads: while the page is scrolled, a part of it has the focus or is selected, or a table is open, it stays
// as it is. Rows that are already there stay the same elements, so that pictures are not fetched again.

const every = 10_000 // milliseconds
const patience = 8_000

const main = document.querySelector("main[data-live]")
const status = document.getElementById("status")

function busy() {
  const focus = document.activeElement
  return document.hidden || scrollY > 160 || (main.contains(focus) && focus !== main) ||
    main.querySelector("details[open]") !== null || String(getSelection()) !== ""
}

async function refresh() {
  if (busy()) return
  try {
    const answer = await fetch(main.dataset.live, { signal: AbortSignal.timeout(patience) })
    if (answer.status === 401) return location.reload()
    if (!answer.ok) throw new Error(answer.statusText)
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body
    if (!busy()) replace(fresh)
    status.textContent = ""
  } catch {
    status.textContent = main.dataset.unreachable
  }
}

function replace(fresh) {
  const rows = main.querySelector("#rows")
  const next = fresh.querySelector("#rows")
  const kept = new Map(Array.from(rows?.children ?? [], (row) => [row.id, row]))
  const nodes = Array.from(next?.children ?? [], (row) => {
    const old = kept.get(row.id)
    if (!old) return document.importNode(row, true)
    old.querySelector("time").replaceWith(document.importNode(row.querySelector("time"), true))
    return old
  })
  next?.replaceChildren()
  main.replaceChildren(...Array.from(fresh.childNodes, (node) => document.importNode(node, true)))
  main.querySelector("#rows")?.replaceChildren(...nodes)
}

setInterval(refresh, every)
document.addEventListener("visibilitychange", refresh)
