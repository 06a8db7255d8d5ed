import { t } from '../../platform/words.ts'
import { linesOf } from '../shared/lines.ts'
import { useApiPlaces } from './api-places.ts'
import { tryAddress } from './return-address.ts'

/** What is wrong with return addresses, by their place. */
export type RedirectFaults = readonly { index: number; detail: string }[]

type TryProps = { address: string; fault: string | undefined; issuer: string }

function Try({ address, fault, issuer }: TryProps) {
  if (fault !== undefined) return <span className="late">{t('newapp.try_fault', { address, fault })}</span>
  const opened = tryAddress(address, issuer)
  if (opened === null) return null
  return (
    <a href={opened} target="_blank" rel="noreferrer">
      {t('newapp.try', { address })}
    </a>
  )
}

/** Each return address as it is written: what is wrong with it, or a way to see where it leads. */
export function ReturnTries({ redirects, faults }: { redirects: string; faults: RedirectFaults }) {
  const places = useApiPlaces()
  const addresses = linesOf(redirects)
  if (places.data === undefined || addresses.length === 0) return null
  const { issuer } = places.data
  return (
    <div className="stack tight small">
      <span className="muted">{t('newapp.tries')}</span>
      {addresses.map((address, place) => (
        <Try
          key={address}
          address={address}
          fault={faults.find(({ index }) => index === place)?.detail}
          issuer={issuer}
        />
      ))}
    </div>
  )
}
