// Where the dashboard starts in the browser.
import { render } from 'preact';
import { App } from './app.tsx';
import { startClock } from './data/clock.ts';
import { rememberChoices } from './data/remembered.ts';
import { followRoute } from './data/route.ts';
import './styles/main.css';

rememberChoices();
startClock();
followRoute();
const place = document.getElementById('app');
if (place) {
  place.replaceChildren();
  render(<App />, place);
}
