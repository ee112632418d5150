import { PendingMessages } from '../../js/pending-messages.js';

export const connect = (place) => new PendingMessages(place, null);
