import { addWords } from '../../platform/words.ts'
import { customers } from '../../words/customers.ts'
import { referralStatus } from '../../words/referral-status.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(customers)
addWords(referralStatus)
