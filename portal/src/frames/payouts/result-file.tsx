import './payouts-words.ts'
import { Button, FileInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PayoutBatchDetail, PayoutResults } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

const mostBytes = 500_000

/** What became of the results; each that was refused says why. */
function Told({ results }: { results: PayoutResults }) {
  const refused = results.items.filter(({ outcome }) => outcome === 'refused')
  return (
    <Note tone={refused.length > 0 ? 'attention' : 'info'}>
      <div role="status">
        <p>
          {t('results.told', {
            paid: results.paid,
            failed: results.failed,
            unchanged: results.unchanged,
            refused: results.refused,
          })}
        </p>
        {refused.length > 0 && (
          <ul>
            {refused.map(({ payout_id: id, detail }) => (
              <li key={id}>
                <code className="mono">{id}</code> {detail}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Note>
  )
}

function useHandIn(batchId: string, onTold: (results: PayoutResults) => void) {
  return useWrite(
    async (file: File, { client }) =>
      readBody(
        client.POST('/admin/payout-batches/{batch_id}/results', {
          params: { path: { batch_id: batchId } },
          body: { content: await file.text(), file_name: file.name },
        }),
      ),
    onTold,
  )
}

type HandInProps = { batch: PayoutBatchDetail; onTold: (results: PayoutResults) => void }

function HandIn({ batch, onTold }: HandInProps) {
  const [file, setFile] = useState<File | null>(null)
  const [isWrong, setWrong] = useState(false)
  const write = useHandIn(batch.batch_id, (results) => {
    onTold(results)
    setFile(null)
  })
  const send = () => {
    const isFit = file !== null && file.size > 0 && file.size <= mostBytes
    setWrong(!isFit)
    if (isFit) write.mutate(file)
  }
  return (
    <form
      className="stack tight form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <p className="muted">{t('results.about')}</p>
      <WriteProblem error={write.error} />
      <FileInput
        id="results-file"
        label={t('results.file')}
        description={t('results.file_about')}
        placeholder={t('results.choose')}
        accept=".csv,text/csv"
        value={file}
        error={isWrong ? t('results.file_missing') : undefined}
        onChange={setFile}
      />
      <div>
        <Button type="submit" variant="default" loading={write.isPending}>
          {t('results.send')}
        </Button>
      </div>
    </form>
  )
}

type ResultFileProps = { batch: PayoutBatchDetail; isOpen: boolean }

/**
 * Hands in what became of the payouts of a batch, as one file: nobody types it payout by payout. What was told of the
 * last payouts stays in sight although the batch has ended by it.
 */
export function ResultFile({ batch, isOpen }: ResultFileProps) {
  const [told, setTold] = useState<PayoutResults | null>(null)
  if (!isOpen && told === null) return null
  return (
    <Panel title={t('results.title')}>
      <div className="stack tight">
        {told !== null && <Told results={told} />}
        {isOpen && <HandIn batch={batch} onTold={setTold} />}
      </div>
    </Panel>
  )
}
