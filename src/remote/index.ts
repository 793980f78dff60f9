export { decodeWriteRequest, type WriteRequest } from './decode-write-request.js';
export { WireError } from './wire-reader.js';
export { type StoreOutcome, WriteReceiver, type WriteReceiverParts } from './write-receiver.js';
