import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'

import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, IdText, MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { clientFor, mayBegin, useFrame, useMay } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { ACTS } from '../../acts.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import { Gaps } from './gaps.tsx'
import { RelationChip } from './relation-chip.tsx'
import { KINDS } from './relations.ts'
import type { Kind, Relation } from './relations.ts'
import { together, useRelations } from './use-relations.ts'

/** The page of the record behind a relation, else the list that it stands in. */
function placeOf(partnerId: string, { kind, id }: Relation): string {
  if (kind === 'managed') return partnerPlaces.link(partnerId, id)
  if (kind === 'consented') return partnerPlaces.grantedConsent(partnerId, id)
  return kind === 'resold' ? partnerPlaces.granted(partnerId) : partnerPlaces.referrals(partnerId)
}

function RelationFacts({ relation }: { relation: Relation }) {
  const { partnerId } = useFrame()
  const now = useNow(60_000)
  const { kind, can } = relation
  const opens = kind === 'managed' || kind === 'consented'
  return (
    <>
      <Facts
        facts={[
          fact(t('column.status'), <RelationChip relation={relation} />),
          fact(t(`customer.about.${kind}`), relation.about),
          fact(t('customer.can'), can.length > 0 && can.map((line) => <div key={line}>{line}</div>)),
          fact(
            t(kind === 'referred' ? 'customers.since' : 'customer.from'),
            <DateText iso={relation.since} />,
          ),
          fact(t('link.ends'), relation.ends && <DateText iso={relation.ends} />),
          fact(t('customer.last'), opens && <MomentText iso={relation.lastUsed} now={now} />),
        ]}
      />
      <p>
        <GoLink to={placeOf(partnerId, relation)}>{t(`customer.whole.${kind}`)}</GoLink>
      </p>
    </>
  )
}

function KindPanel({ kind, relations }: { kind: Kind; relations: readonly Relation[] }) {
  const own = relations.filter((relation) => relation.kind === kind)
  if (own.length === 0) return null
  return (
    <Panel title={t(`customer.of.${kind}`)}>
      {own
        .toSorted((a, b) => Number(b.isRunning) - Number(a.isRunning))
        .map((relation) => (
          <RelationFacts key={relation.id} relation={relation} />
        ))}
    </Panel>
  )
}

const isOpen = ({ kind, status }: Relation) => kind !== 'referred' && status === 'active'

type Known = { tenantId: string; name: string; relations: readonly Relation[] }

/** The way in for whom is assigned; everybody else of the partner reads who can assign them. */
function ActIn({ tenantId, name }: Known) {
  const { partnerId } = useFrame()
  const query = { search: name, limit: 100 }
  const reached = useRead(['context', query], (_frame, signal) =>
    readBody(clientFor('').GET('/partner/context/tenants', { params: { query }, signal })),
  )
  if (reached.data === undefined) return null
  if (!reached.data.items.some(({ tenant_id: id }) => id === tenantId))
    return <p className="small muted">{t('customer.act_none', { tenant: name })}</p>
  return (
    <Button component={GoLink} to={actingPlaces.summary(partnerId, tenantId)}>
      {t('act_in', { tenant: name })}
    </Button>
  )
}

/** Asking where nothing is in force: for an app, else for people, as far as the person may ask. */
function AskButton() {
  const frame = useFrame()
  const mayAskForApp = useMay('partner_org.consents.manage')
  const mayAskForPeople = mayBegin(frame, ACTS['partner.link'])
  if (!mayAskForApp && !mayAskForPeople) return null
  return (
    <Button
      component={GoLink}
      to={mayAskForApp ? partnerPlaces.newAsk(frame.partnerId) : partnerPlaces.requestLink(frame.partnerId)}
    >
      {t('customer.ask')}
    </Button>
  )
}

function Tools(known: Known) {
  const open = known.relations.filter(isOpen)
  return (
    <>
      {open.length === 0 && <AskButton />}
      {open.some(({ kind }) => kind === 'managed') && <ActIn {...known} />}
    </>
  )
}

function Body({ tenantId, name, relations }: Known) {
  const { partnerId } = useFrame()
  const hasAccess = relations.some(isOpen)
  return (
    <div className="stack">
      <Note tone={hasAccess ? 'info' : 'off'}>
        <p>{t(hasAccess ? 'customer.seen' : 'customer.no_access', { tenant: name })}</p>
      </Note>
      <div className="halves">
        {KINDS.map((kind) => (
          <KindPanel key={kind} kind={kind} relations={relations} />
        ))}
      </div>
      {relations.some((relation) => relation.kind === 'managed' && isOpen(relation)) && (
        <p>
          <GoLink to={`${partnerPlaces.activity(partnerId)}?tenant=${tenantId}`}>
            {t('customer.activity')}
          </GoLink>
        </p>
      )}
      <IdText id={tenantId} />
    </div>
  )
}

/** One customer with all that relates the partner to it, what the partner may do there, and who sees it (C8). */
export function RelatedTenantPage() {
  const { partnerId } = useFrame()
  const tenantId = useParam('ten')
  const parts = useRelations({ state: 'any', tenantId })
  const all = together(parts)
  const relations = all.data ?? []
  const name = relations[0]?.name
  return (
    <Page
      title={name ?? t('customer.plain')}
      back={{ to: partnerPlaces.customers(partnerId), label: t('customers.title') }}
      tools={name !== undefined && <Tools tenantId={tenantId} name={name} relations={relations} />}
    >
      <Answer query={all} lines={12}>
        {() => (
          <div className="stack">
            <Gaps parts={parts} />
            {name === undefined ? (
              <div className="list">
                <Empty title={t('customer.none')} text={t('customer.none_text')} />
              </div>
            ) : (
              <Body tenantId={tenantId} name={name} relations={relations} />
            )}
          </div>
        )}
      </Answer>
    </Page>
  )
}
