import { readBody } from '@liaison/client'
import type { PartnerConsent } from '@liaison/client'

import { readClock } from '../../platform/clock.ts'
import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { readAllByCursor } from '../../platform/read-all.ts'
import { daysUntil } from './access-words.ts'

export type EndingConsent = PartnerConsent & { days: number }

const lasting: ReadonlySet<string> = new Set(['approved', 'active', 'suspended'])

/** All consents that run, with the days until each ends, nearest first; none for whom may not see them. */
export function useEndingConsents() {
  const maySee = useMay('partner_org.consents.read')
  return useRead(['granted', 'ending', maySee], async (frame, signal): Promise<EndingConsent[]> => {
    if (!maySee) return []
    const found = await readAllByCursor<PartnerConsent>((place) =>
      readBody(
        frame.client.GET('/partner/consents', {
          params: { query: { state: 'active', limit: 100, ...place } },
          signal,
        }),
      ),
    )
    const now = readClock()
    return found
      .filter(({ status }) => lasting.has(status))
      .map((consent) => ({ ...consent, days: daysUntil(consent.ends_at, now) }))
      .toSorted((a, b) => a.ends_at.localeCompare(b.ends_at))
  })
}
