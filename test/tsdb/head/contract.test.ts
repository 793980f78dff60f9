import { describeStorageContract } from '../../storage/contract.js';
import { HeadStorage } from './head-storage.js';

describeStorageContract('the head', async ({ outOfOrderWindowMs }) => ({
  storage: await HeadStorage.open({ outOfOrderWindowMs }),
}));
