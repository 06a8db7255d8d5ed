import { readBody } from '@liaison/client'
import type { SigningKey } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

const columns: Column<SigningKey>[] = [
  { id: 'kid', header: t('keys.kid'), cell: (key) => <code className="mono">{key.kid}</code> },
  {
    id: 'state',
    header: t('keys.state'),
    cell: (key) => <StatusChip family="key" value={key.state} />,
  },
  { id: 'made', header: t('keys.made'), numeric: true, cell: (key) => formatDateTime(key.created_at) },
  {
    id: 'since',
    header: t('keys.since'),
    numeric: true,
    cell: (key) => formatDateTime(key.activated_at) || '–',
  },
  {
    id: 'retired',
    header: t('keys.retired'),
    numeric: true,
    cell: (key) => formatDateTime(key.retired_at) || '–',
  },
]

function RotateButton({ isAtOnce }: { isAtOnce: boolean }) {
  const name = isAtOnce ? 'at_once' : 'rotate'
  const move = (reason: string, { client }: Frame) =>
    readBody(client.POST('/admin/signing-keys/rotate', { body: { reason, at_once: isAtOnce } }))
  return (
    <MoveButton
      words={{
        act: t(`keys.${name}`),
        title: t(`keys.${name}_title`),
        effect: t(`keys.${name}_effect`),
        keep: t('keys.rotate_keep'),
        done: t('keys.rotate_done'),
      }}
      reason="required"
      isDanger={isAtOnce}
      move={move}
    />
  )
}

/** The keys that sign access tokens, and their rotation without a restart. */
export function KeysPage() {
  const keys = useRead(['keys'], (frame, signal) =>
    readBody(frame.client.GET('/admin/signing-keys', { signal })),
  )
  return (
    <Page
      title={t('nav.keys')}
      lead={t('keys.lead')}
      tools={
        keys.data?.items.length !== 0 && (
          <>
            <RotateButton isAtOnce={false} />
            <RotateButton isAtOnce />
          </>
        )
      }
    >
      <Answer query={keys}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="list">
              <Empty title={t('keys.none')} text={t('keys.none_text')} />
            </div>
          ) : (
            <DataTable caption={t('nav.keys')} columns={columns} rows={items} rowId={(key) => key.kid} />
          )
        }
      </Answer>
    </Page>
  )
}
