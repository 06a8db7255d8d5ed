import { Fragment } from 'react'

/** The start of what a partner is told in the place of a number. */
const reference = 'crf_'
const pieceOf = /.{1,12}/g

/** An account by its number, or by a partner's reference to it, which is long and breaks at its thirds where it has to. */
export function AccountNumber({ ban }: { ban: string }) {
  if (!ban.startsWith(reference)) return <span className="nowrap">{ban}</span>
  return [...ban.matchAll(pieceOf)].map(({ 0: piece, index }) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      <span className="nowrap">{piece}</span>
    </Fragment>
  ))
}
