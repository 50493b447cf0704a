/** What every page starts with: its styles, and the sign that scripts run. */
import "./main.css";

document.documentElement.classList.add("js");
