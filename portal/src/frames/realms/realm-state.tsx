import './realms-words.ts'
import { readBody, readTagged } from '@liaison/client'
import type { Realm } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText } from '../../parts/values.tsx'
import { useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

type Found = { body: Realm; etag: string | null }
type Act = 'close' | 'reopen'

const wordsOf = (act: Act) => ({
  act: t(`realm.${act}`),
  title: t(`realm.${act}_title`),
  effect: t(`realm.${act}_effect`),
  keep: t(`realm.${act}_keep`),
  done: t(`realm.${act}_done`),
})

function StateFacts({ realm }: { realm: Realm }) {
  return (
    <Facts
      facts={[
        fact(t('users.state'), tValue('realm.status', realm.status)),
        fact(t('realm.open'), <DateText iso={realm.opened_at} />),
        fact(t('realm.closed_since'), realm.closed_at === null ? null : <DateText iso={realm.closed_at} />),
        fact(
          t('realm.closed_by'),
          realm.closed_by_side === null
            ? null
            : t(realm.closed_by_side === 'provider' ? 'realm.by_provider' : 'realm.by_partner', {
                name: realm.closed_by_name ?? '',
              }),
        ),
        fact(t('user.reason'), realm.close_reason),
        fact(t('realm.address'), <span className="mono">{realm.path}</span>),
        fact(t('realm.key'), <span className="mono">{realm.key_id}</span>),
        fact(
          t('realm.key_before'),
          realm.previous_key_until === null ? null : <DateText iso={realm.previous_key_until} />,
        ),
      ]}
    />
  )
}

function CloseOrReopen({
  found,
  move,
}: {
  found: Found
  move: (act: Act, reason: string, frame: Frame) => Promise<unknown>
}) {
  const act = found.body.status === 'open' ? 'close' : 'reopen'
  if (act === 'reopen' && !found.body.may_reopen)
    return <p className="muted">{t('realm.closed_by_provider_text')}</p>
  return (
    <MoveButton
      words={wordsOf(act)}
      reason="required"
      isDanger={act === 'close'}
      move={(reason, frame) => move(act, reason, frame)}
    />
  )
}

function ChangeKey({ etag }: { etag: string }) {
  const words = {
    act: t('realm.change_key'),
    title: t('realm.change_key_title'),
    effect: t('realm.change_key_effect'),
    keep: t('realm.change_key_keep'),
    done: t('realm.change_key_done'),
  }
  return (
    <MoveButton
      words={words}
      reason="required"
      move={(reason, { client }) =>
        readBody(
          client.POST('/partner/realm/change-key', {
            headers: { 'If-Match': etag },
            body: { reason },
          }),
        )
      }
    />
  )
}

/** The partner's own user base with the tag of its state; refused as missing where the partner has none. */
export function useOwnRealm() {
  return useRead(['own_realm'], (frame, signal) => readTagged(frame.client.GET('/partner/realm', { signal })))
}

/** The partner's own user base: whether it is open, which key signs, and what the owner does about it. */
export function OwnRealmState() {
  const mayManage = useMay('partner_org.realm.manage')
  const realm = useOwnRealm()
  return (
    <Panel title={t('realm.state')}>
      <Answer query={realm} lines={4}>
        {(found) => (
          <div className="stack">
            <StateFacts realm={found.body} />
            {mayManage && (
              <div className="row">
                <ChangeKey etag={found.etag ?? ''} />
                <CloseOrReopen
                  found={found}
                  move={(act, reason, { client }) =>
                    readBody(
                      client.POST(act === 'close' ? '/partner/realm/close' : '/partner/realm/reopen', {
                        headers: { 'If-Match': found.etag ?? '' },
                        body: { reason },
                      }),
                    )
                  }
                />
              </div>
            )}
          </div>
        )}
      </Answer>
    </Panel>
  )
}

/** A partner's user base as the provider closes it and opens it again. */
export function PartnerRealmState({ partnerId }: { partnerId: string }) {
  const mayManage = useMay('platform.realms.manage')
  const path = { partner_id: partnerId }
  const realm = useRead(['realm_state', partnerId], (frame, signal) =>
    readTagged(frame.client.GET('/admin/partners/{partner_id}/realm/state', { params: { path }, signal })),
  )
  return (
    <Panel title={t('realm.state')}>
      <Answer query={realm} lines={4}>
        {(found) => (
          <div className="stack">
            <StateFacts realm={found.body} />
            {mayManage && (
              <div className="row">
                <CloseOrReopen
                  found={found}
                  move={(act, reason, { client }) =>
                    readBody(
                      client.POST(
                        act === 'close'
                          ? '/admin/partners/{partner_id}/realm/close'
                          : '/admin/partners/{partner_id}/realm/reopen',
                        { params: { path }, headers: { 'If-Match': found.etag ?? '' }, body: { reason } },
                      ),
                    )
                  }
                />
              </div>
            )}
          </div>
        )}
      </Answer>
    </Panel>
  )
}
