import { join } from 'node:path';
import type { StudyRecord } from '../../../lib/study/record';

/** As it is built: the page's script lies in dist/ alone. */
export const { renderReport } = require(join(__dirname, '../../../dist/study/report')) as {
  renderReport(record: StudyRecord): string;
};
