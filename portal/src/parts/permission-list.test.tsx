import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'

import { DiffList } from './permission-list.tsx'

test('a change says what is added and what is taken out, and of a value what it was and becomes', () => {
  const list = renderToStaticMarkup(
    <DiffList
      rows={[
        { field: 'a', label: 'See invoices', before: 'No', after: 'Yes', kind: 'widening' },
        { field: 'b', label: 'Open tickets', before: 'Yes', after: 'No', direction: 'narrowing' },
        { field: 'c', label: 'A reason each time', before: 'No', after: 'Yes', kind: 'narrowing' },
        { field: 'd', label: 'Ends', before: '1 Mar 2027', after: '1 Sep 2027', kind: 'widening' },
      ]}
    />,
  )
  const lines = list.split('</li>').map((line) => line.replaceAll(/<[^>]*>/g, ''))
  expect(lines.slice(0, 4)).toEqual([
    'See invoices: added',
    'Open tickets: taken out',
    'A reason each time: No → Yes',
    'Ends: 1 Mar 2027 → 1 Sep 2027',
  ])
})
