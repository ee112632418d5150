// What every live page begins with.
import { Connection } from './connection.js';
import './copy-link.js';
import './local-time.js';

new Connection(document.getElementById('connection')).start();
