import { addWords } from '../../platform/words.ts'
import { referrals } from '../../words/referrals.ts'
import { referralStatus } from '../../words/referral-status.ts'
import { reports } from '../../words/reports.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(referrals)
addWords(referralStatus)
// Its charts are those of the reports.
addWords(reports)
