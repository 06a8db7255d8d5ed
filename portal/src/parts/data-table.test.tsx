import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'

import { PageFoot } from './data-table.tsx'

test('the foot of a list says which of how many rows are shown, and a single row is no range', () => {
  const spanOf = (offset: number, total: number) =>
    renderToStaticMarkup(
      <PageFoot paging={{ offset, limit: 25, total, onOffset: () => undefined }} />,
    ).replaceAll(/<nav.*|<[^>]*>/g, '')
  expect(
    [
      [0, 60],
      [25, 60],
      [0, 1],
      [25, 26],
      [0, 0],
    ].map(([offset = 0, total = 0]) => spanOf(offset, total)),
  ).toEqual(['1–25 of 60', '26–50 of 60', '1 of 1', '26 of 26', '0 of 0'])
})
