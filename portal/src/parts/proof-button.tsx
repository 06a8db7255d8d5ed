import { readProof } from '../platform/calls.ts'
import { useFrame } from '../platform/frame.ts'
import { useWrite } from '../platform/query.ts'
import { t } from '../platform/words.ts'
import { WriteProblem } from './error-summary.tsx'
import { saveFile } from './save-file.ts'

/** Saves the proof of one event, in the frames that have a log of their own. */
export function ProofButton({ eventId }: { eventId: string }) {
  const { kind } = useFrame()
  const write = useWrite(async (id: string, frame) =>
    saveFile({
      name: `proof-${id}.json`,
      type: 'application/json',
      text: await readProof(frame, id),
    }),
  )
  if (kind !== 'org' && kind !== 'partner') return null
  return (
    <>
      <p className="small muted">{t('activity.proof_lead')}</p>
      <button
        type="button"
        className="thing"
        disabled={write.isPending}
        onClick={() => write.mutate(eventId)}
      >
        {t('activity.proof')}
      </button>
      <WriteProblem error={write.error} />
    </>
  )
}
