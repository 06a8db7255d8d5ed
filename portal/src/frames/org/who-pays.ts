import type { Link } from '@liaison/client'

import { joinNames, t } from '../../platform/words.ts'

const parties = ['partner', 'split', 'tenant'] as const
const used = ['api_calls', 'seats', 'exports'] as const

/** Who pays for what a partner does, as its organisation reads it: what is ordered first, then what the partner uses. */
export function whoPays(link: Pick<Link, 'billing_parties' | 'partner_name'>): string {
  const { billing_parties: pays, partner_name: partner } = link
  if (Object.values(pays).every((party) => party === 'partner')) return t('access.pays.partner', { partner })
  const orders =
    pays.services === 'partner'
      ? t('access.pays_orders', { partner })
      : t(`access.pays.${pays.services}`, { partner })
  const uses = parties.flatMap((party) => {
    const what = used.filter((kind) => pays[kind] === party).map((kind) => t(`access.used.${kind}`))
    return what.length === 0 ? [] : [t(`access.pays_used.${party}`, { partner, what: joinNames(what) })]
  })
  return [orders, ...uses].join(' ')
}
