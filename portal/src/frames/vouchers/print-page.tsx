import './vouchers-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { formatDate } from '../../platform/format.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { orgPlaces as places } from '../../places.ts'

/** A voucher to print: its code as letters and as a square for scanners, without the person. */
export function PrintPage() {
  const ten = useParam('ten')
  const id = useParam('voucher')
  const print = useRead(['voucher-print', id], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/vouchers/{voucher_id}/print', {
        params: { path: { voucher_id: id } },
        signal,
      }),
    ),
  )
  return (
    <Page
      title={t('vprint.title', { code: print.data?.code ?? '' })}
      back={{ to: places.voucher(ten, id), label: t('voucher.facts') }}
      tools={
        print.data?.status === 'issued' && <Button onClick={() => window.print()}>{t('vprint.print')}</Button>
      }
    >
      <Answer query={print} lines={5}>
        {(slip) =>
          slip.status !== 'issued' ? (
            <div className="list">
              <Empty
                title={t('vprint.not_good')}
                text={t('vprint.not_good_text', { state: tValue('status.voucher', slip.status) })}
              />
            </div>
          ) : (
            <div className="voucher-slip">
              <p>{slip.tenant_name}</p>
              <h2>{slip.voucher_type_label}</h2>
              <svg
                viewBox={`0 0 ${String(slip.square.size)} ${String(slip.square.size)}`}
                role="img"
                aria-label={slip.code}
                shapeRendering="crispEdges"
              >
                <path d={slip.square.path} fill="#111" />
              </svg>
              <p className="slip-code">{slip.code}</p>
              {slip.expires_on !== null && <p>{t('vprint.until', { date: formatDate(slip.expires_on) })}</p>}
              <p className="small">{t('vprint.show')}</p>
            </div>
          )
        }
      </Answer>
    </Page>
  )
}
