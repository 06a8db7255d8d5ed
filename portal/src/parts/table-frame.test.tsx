import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'

import { TableFrame } from './table-frame.tsx'

const rows = (
  <tr>
    <td>Acme</td>
  </tr>
)

test('a table is named twice, as a region that scrolls by keyboard and as a table, and its rows stand in its body (U8)', () => {
  const page = renderToStaticMarkup(
    <TableFrame caption="Orders" heads={['Order']}>
      {rows}
    </TableFrame>,
  )
  expect(page).toBe(
    '<div class="list-scroll" role="region" aria-label="Orders" tabindex="0"><table class="table cards">' +
      '<caption class="unseen">Orders</caption><thead><tr><th scope="col">Order</th></tr></thead>' +
      '<tbody><tr><td>Acme</td></tr></tbody></table></div>',
  )
})

test('a head over figures is set as they are, one over acts is read and not seen, and a cell of the table’s own stays (U8)', () => {
  const page = renderToStaticMarkup(
    <TableFrame caption="Orders" look="table" heads={[<th key="own">Own</th>, { figures: 'Monthly' }, '']}>
      {rows}
    </TableFrame>,
  )
  expect(page).toContain(
    '<table class="table"><caption class="unseen">Orders</caption><thead><tr><th>Own</th>' +
      '<th scope="col" class="num">Monthly</th><td class="tool"><span class="unseen">',
  )
})
