import { isValidElement } from 'react'
import type { ReactElement, ReactNode, Ref } from 'react'

import { t } from '../platform/words.ts'

/** A head by its words, one over figures, or a cell of the table's own. No words: what can be done with a row stands below. */
export type Head = string | { figures: string } | ReactElement

type TableFrameProps = {
  caption: string
  heads: readonly Head[]
  /** The classes of the table; below 640 px the rows of `cards` read as cards. */
  look?: string
  body?: Ref<HTMLTableSectionElement>
  /** The rows. */
  children: ReactNode
}

/** The head over what can be done with a row: it is read aloud, not seen. */
export function ActsHead() {
  return (
    <td className="tool">
      <span className="unseen">{t('table.acts')}</span>
    </td>
  )
}

function toCell(head: Head): ReactElement {
  if (isValidElement(head)) return head
  if (head === '') return <ActsHead key="acts" />
  const isFigures = typeof head !== 'string'
  const words = isFigures ? head.figures : head
  return (
    <th key={words} scope="col" className={isFigures ? 'num' : undefined}>
      {words}
    </th>
  )
}

/** A table with its name, in a region that scrolls by itself, so that no page is wider than its window. */
export function TableFrame({ caption, heads, look = 'table cards', body, children }: TableFrameProps) {
  return (
    <div className="list-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table className={look}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>{heads.map(toCell)}</tr>
        </thead>
        <tbody ref={body}>{children}</tbody>
      </table>
    </div>
  )
}
