import { App } from 'cdktf';
import { kms } from './stacks/modules/kms.ts';
const app = new App({ stackTraces: false });
kms.synthesize(app);
app.synth();
