import { Note } from '../../parts/page.tsx'
import { formatCount } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import type { Kind } from './relations.ts'
import { MOST_READ } from './use-relations.ts'
import type { OfKind } from './use-relations.ts'

const wholePages = {
  managed: partnerPlaces.links,
  consented: partnerPlaces.granted,
  resold: partnerPlaces.granted,
  referred: partnerPlaces.referrals,
} as const satisfies Record<Kind, (par: string) => string>

/** What the list leaves out: kinds that could not be read, and what lies beyond what is read at most. */
export function Gaps({ parts }: { parts: readonly OfKind[] }) {
  const { partnerId } = useFrame()
  return (
    <>
      {parts
        .filter(({ query }) => query.isError && query.data === undefined)
        .map(({ kind }) => (
          <Note key={kind} tone="attention">
            <p>{t('customers.failed', { kinds: t(`customers.kinds.${kind}`) })}</p>
          </Note>
        ))}
      {parts
        .filter(({ query }) => query.data?.isCut)
        .map(({ kind }) => (
          <Note key={kind} tone="attention">
            <p>
              {t('customers.cut', { count: formatCount(MOST_READ), kinds: t(`customers.kinds.${kind}`) })}{' '}
              <GoLink to={wholePages[kind](partnerId)}>{t(`customers.page.${kind}`)}</GoLink>
            </p>
          </Note>
        ))}
    </>
  )
}
