import './payouts-words.ts'
import { readTagged } from '@liaison/client'
import type { PayoutAccount } from '@liaison/client'

import { fact, Facts, Note, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { useNow } from '../../platform/clock.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'

/** The account that the partner is paid on now, with the version to change it from. */
export function useOwnAccount() {
  return useRead(['payouts', 'account'], (frame, signal) =>
    readTagged(frame.client.GET('/program/payout-account', { signal })),
  )
}

function Standing({ account }: { account: PayoutAccount }) {
  const now = useNow()
  return (
    <>
      {account.held_at !== null && (
        <Note tone="bad">
          <p>{t('payouts.account_held', { reason: account.hold_reason ?? '' })}</p>
        </Note>
      )}
      {account.verified_at === null && (
        <Note tone="attention">
          <p>{t('payouts.account_unverified')}</p>
        </Note>
      )}
      {new Date(account.usable_from) > now && (
        <Note tone="attention">
          <p>{t('payouts.account_waits', { at: formatDateTime(account.usable_from) })}</p>
        </Note>
      )}
    </>
  )
}

/** Where the partner is paid, as far as it is shown. */
export function OwnAccount() {
  const { partnerId } = useFrame()
  const mayChange = useMay('partner_org.payout_account.manage')
  const account = useOwnAccount()
  return (
    <Panel title={t('payouts.account')}>
      <Answer query={account}>
        {({ body }) => (
          <div className="stack tight">
            {body.account === null ? (
              <p className="muted">{t('payouts.account_none')}</p>
            ) : (
              <>
                <Facts
                  facts={[
                    fact(t('payouts.account'), body.account.label),
                    fact(t('payouts.holder'), body.account.holder_name),
                    fact(t('payouts.method'), tValue('payout_method', body.account.method)),
                    fact(
                      t('payouts.given'),
                      t('payouts.given_by', {
                        day: formatDate(body.account.given_at),
                        name: body.account.given_by_name,
                      }),
                    ),
                    fact(
                      t('payouts.account_verified'),
                      body.account.verified_at !== null && formatDate(body.account.verified_at),
                    ),
                  ]}
                />
                <Standing account={body.account} />
              </>
            )}
            {mayChange && (
              <p>
                <GoLink to={partnerPlaces.payoutAccount(partnerId)}>
                  {t(body.account === null ? 'payouts.account_give' : 'payouts.account_change')}
                </GoLink>
              </p>
            )}
          </div>
        )}
      </Answer>
    </Panel>
  )
}
