import './referrals-words.ts'
import { readBody } from '@liaison/client'
import type { ReferralCode } from '@liaison/client'
import { useState } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { formatCount } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { toCodeBody } from './code-draft.ts'
import type { CodeDraft } from './code-draft.ts'
import { programSideOf } from '../shared/program-side.ts'

/** Copies a text; false where the browser does not let us. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

async function copyLink({ code, link }: ReferralCode): Promise<void> {
  if (await copyText(link)) showToast(t('codes.copied', { code }))
}

function SwitchButton({ code }: { code: ReferralCode }) {
  const act = code.state === 'active' ? 'deactivate' : 'activate'
  const names = { code: code.code }
  return (
    <MoveButton
      isInRow
      words={{
        act: t(`codes.${act}`),
        title: t(`codes.${act}_title`, names),
        effect: t(`codes.${act}_effect`),
        keep: t(`codes.${act}_keep`),
        done: t(`codes.${act}_done`, names),
      }}
      move={(_reason, frame) =>
        readBody(
          frame.client.POST(`/${programSideOf(frame)}/codes/{code_id}/${act}`, {
            params: { path: { code_id: code.code_id } },
          }),
        )
      }
    />
  )
}

type ActsProps = { code: ReferralCode; mayManage: boolean; onQr: (code: ReferralCode) => void }

function CodeActs({ code, mayManage, onQr }: ActsProps) {
  return (
    <RowActs>
      <button
        type="button"
        className="row-tool"
        aria-label={t('codes.copy_label', { code: code.code })}
        onClick={() => void copyLink(code)}
      >
        {t('codes.copy')}
      </button>
      <button
        type="button"
        className="row-tool"
        aria-label={t('codes.qr_label', { code: code.code })}
        onClick={() => onQr(code)}
      >
        {t('codes.qr')}
      </button>
      {mayManage && <SwitchButton code={code} />}
    </RowActs>
  )
}

const usesOf = ({ used_count: used, usage_limit: limit }: ReferralCode): string =>
  limit === null
    ? formatCount(used)
    : t('codes.uses_of', { used: formatCount(used), limit: formatCount(limit) })

/** The columns of a list of codes, with what can be done with each. */
export function toColumns(mayManage: boolean, onQr: (code: ReferralCode) => void): Column<ReferralCode>[] {
  return [
    {
      id: 'code',
      header: t('codes.code'),
      cell: (code) => (
        <>
          <code className="thing mono">{code.code}</code>
          {code.label !== null && (
            <>
              <br />
              <span className="small muted">{code.label}</span>
            </>
          )}
        </>
      ),
    },
    {
      id: 'state',
      header: t('codes.state'),
      cell: (code) => <StatusChip family="code" value={code.state} />,
    },
    {
      id: 'campaign',
      header: t('codes.campaign'),
      cell: (code) => code.campaign ?? <span className="muted">–</span>,
    },
    { id: 'uses', header: t('codes.uses'), numeric: true, cell: usesOf },
    { id: 'until', header: t('codes.until'), cell: (code) => <DateText iso={code.expires_at} /> },
    {
      id: 'by',
      header: t('codes.made_by'),
      cell: (code) =>
        code.made_by_provider ? t('codes.by_provider', { name: code.made_by_name }) : code.made_by_name,
    },
    {
      id: 'acts',
      header: '',
      cell: (code) => <CodeActs code={code} mayManage={mayManage} onQr={onQr} />,
    },
  ]
}

/** Makes a code and copies its link: in the own name, or by the provider on behalf of a partner. */
export function useMakeCode(onMade: () => void, onBehalfOf?: string) {
  const [round, setRound] = useState(0)
  const attempt = useAttemptKey(round)
  return useWrite(
    (wanted: CodeDraft, { client }): Promise<ReferralCode> => {
      const headers = { 'Idempotency-Key': attempt }
      const body = toCodeBody(wanted)
      return onBehalfOf === undefined
        ? readBody(client.POST('/program/codes', { headers, body }))
        : readBody(client.POST('/admin/codes', { headers, body: { ...body, partner_id: onBehalfOf } }))
    },
    (made) => {
      setRound((before) => before + 1)
      onMade()
      void copyText(made.link).then((isCopied) =>
        showToast(t(isCopied ? 'codes.made' : 'codes.made_only', { code: made.code })),
      )
    },
  )
}
