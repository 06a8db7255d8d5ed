import type { StoppedAll } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import { IdText } from '../../parts/values.tsx'
import { formatInstant } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { joinNames, t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

function nameOf(app: StoppedAll['apps'][number]): string {
  return app.client_name === null
    ? t('stopall.wholesaler', { partner: app.partner_name })
    : t('stopall.app', { partner: app.partner_name, app: app.client_name })
}

/** How many of each kind were stopped, in words; a kind of which there was none is left out. */
function countsOf({ items, apps, homes, forms, codes }: StoppedAll): string[] {
  const isRequest = ({ status_before: before }: { status_before: string }) => before === 'requested'
  const requests = items.filter(isRequest).length
  const countApps = (kind: string) => apps.filter((app) => app.kind === kind && !isRequest(app)).length
  const own = homes.filter((home) => home.status_before === 'active').length
  const countForms = (kind: string) => forms.filter((form) => form.kind === kind).length
  const counts = [
    ['link', items.length - requests],
    ['request', requests + apps.filter(isRequest).length + homes.length - own],
    ['consent', countApps('consent')],
    ['resale', countApps('resale')],
    ['home', own],
    ['form_token', countForms('form_token')],
    ['agency_key', countForms('agency_key')],
    ['code', codes.length],
  ] as const
  return counts.filter(([, count]) => count > 0).map(([kind, count]) => t(`stopall.count_${kind}`, { count }))
}

/** How many partners were cut off, and of what there was how much; the server's receipt counts every kind. */
function Counts({ stopped }: { stopped: StoppedAll }) {
  const partners = new Set([...stopped.items, ...stopped.apps, ...stopped.homes].map((one) => one.partner_id))
    .size
  const counts = countsOf(stopped)
  return (
    <div role="status">
      <p>{t('stopall.done', { count: partners })}</p>
      {counts.length > 0 && <p>{t('stopall.done_kinds', { list: joinNames(counts) })}</p>}
    </div>
  )
}

/** The receipt of a stop of all partners, or of everything of one: when, how many of each kind, and every one by its name. */
export function StoppedAllReceipt({
  stopped,
  title = t('stopall.done_title', { at: formatInstant(stopped.stopped_at) }),
}: {
  stopped: StoppedAll
  title?: string
}) {
  const { tenantId } = useFrame()
  return (
    <Panel title={title}>
      <div className="prose">
        <Counts stopped={stopped} />
        <ul>
          {stopped.items.map((item) => (
            <li key={item.link_id}>
              {t('stopall.done_one', { partner: item.partner_name, count: item.people })}
            </li>
          ))}
          {stopped.apps.map((app) => (
            <li key={app.delegation_id}>{nameOf(app)}</li>
          ))}
          {stopped.homes.map((home) => (
            <li key={home.home_id}>{t('stopall.home', { partner: home.partner_name })}</li>
          ))}
          {stopped.forms.map((form) => (
            <li key={form.delegation_id}>
              {t(`stopall.${form.kind}`, { agency: form.agency_name, name: form.name })}
            </li>
          ))}
          {stopped.codes.map((code) => (
            <li key={code.code_id}>{t('stopall.code', { code: code.hint })}</li>
          ))}
        </ul>
        <p>{t('stopall.done_next')}</p>
        <IdText id={stopped.reference} />
        <p>
          <GoLink to={orgPlaces.access(tenantId)}>{t('stop.others')}</GoLink>
        </p>
      </div>
    </Panel>
  )
}
