import { readBody } from '@liaison/sdk'
import type { Resale, TenantConsent } from '@liaison/sdk'

import type { Frame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { isLiveResale } from './calls-consents.ts'

/** What became of the apps and wholesalers, each in words. */
export type StoppedApps = { stopped: string[]; failed: string[] }

type Client = Frame['client']
type Open = { name: string; stop: () => Promise<unknown> }

function appOf(client: Client, consent: TenantConsent, reason: string): Open {
  const params = { path: { consent_id: consent.consent_id } }
  return {
    name: t('stopall.app', { partner: consent.partner_name, app: consent.client.name }),
    stop: () => readBody(client.POST('/tenant/consents/{consent_id}/revoke', { params, body: { reason } })),
  }
}

function wholesalerOf(client: Client, resale: Resale, reason: string): Open {
  const params = { path: { resale_id: resale.resale_id } }
  return {
    name: t('stopall.wholesaler', { partner: resale.partner_name ?? t('resale.plain') }),
    stop: () => readBody(client.POST('/tenant/resales/{resale_id}/revoke', { params, body: { reason } })),
  }
}

async function findOpen(client: Client, reason: string): Promise<Open[]> {
  const open: Open[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query = { state: 'active' as const, limit: 100, ...(cursor === '' ? {} : { cursor }) }
    const page: { items: TenantConsent[]; next_cursor: string | null } = await readBody(
      client.GET('/tenant/consents', { params: { query } }),
    )
    open.push(...page.items.map((consent) => appOf(client, consent, reason)))
    cursor = page.next_cursor
  }
  const resales = await readBody(client.GET('/tenant/resales', { params: { query: { limit: 100 } } }))
  open.push(...resales.items.filter(isLiveResale).map((resale) => wholesalerOf(client, resale, reason)))
  return open
}

/** Stops every app of a partner and every wholesaler, one after the other; what could not be stopped is named. */
export async function stopEveryApp(client: Client, reason: string): Promise<StoppedApps> {
  const result: StoppedApps = { stopped: [], failed: [] }
  for (const { name, stop } of await findOpen(client, reason)) {
    const isStopped = await stop().then(
      () => true,
      () => false,
    )
    result[isStopped ? 'stopped' : 'failed'].push(name)
  }
  return result
}
