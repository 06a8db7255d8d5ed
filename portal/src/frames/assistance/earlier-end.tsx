import type { SupportAccess } from '@liaison/client'

import { endOf } from './calls.ts'

/** Who ended it, or that its time ran out, with the reason where one was given. */
export function EndedBy({ access }: { access: SupportAccess }) {
  const { end_reason: reason } = access
  return (
    <>
      {endOf(access).by}
      {reason !== null && (
        <>
          {' '}
          <q>{reason}</q>
        </>
      )}
    </>
  )
}
