import type { ConfigurationInForce, ConfigurationKey, PartnerDetail } from '@liaison/client'
import type { ReactNode } from 'react'

import { Answer } from '../../parts/states.tsx'
import { useInForce, useKeys } from './calls.ts'

/** What every page about the configuration of a partner needs. */
export type ConfiguredPart = {
  partner: PartnerDetail
  keys: readonly ConfigurationKey[]
  inForce: ConfigurationInForce
  etag: string | null
}

type ConfiguredProps = { partner: PartnerDetail; children: (part: ConfiguredPart) => ReactNode }

/** Reads the keys and what is in force for a partner. */
export function Configured({ partner, children }: ConfiguredProps) {
  const keys = useKeys()
  const inForce = useInForce(partner.partner_id)
  return (
    <Answer query={keys} lines={8}>
      {({ items }) => (
        <Answer query={inForce} lines={8}>
          {({ body, etag }) => children({ partner, keys: items, inForce: body, etag })}
        </Answer>
      )}
    </Answer>
  )
}
